/* A grid uses copies of its plugins, so that rebuilding a plugin affects only the next grid. */
#ifndef GRID_PLUGIN_SNAPSHOT_H
#define GRID_PLUGIN_SNAPSHOT_H

#include "base/failure.h"
#include "base/value.h"

#include <stdio.h>

/* Copies every plugin of the catalogue (host/catalogue.h), with the libraries that it loads from
 * its folder, into out/.plugins/<hash of them all>, unless that exists, and removes other copies,
 * but nothing else: the caller holds the lock of out. Copies that are there already are compared;
 * where one is missing or damaged, log (NULL: nothing) gets a line and they are made again. folder:
 * where workers look for plugins (local.h), in the arena. STATUS_BAD_CONFIG names a file that has
 * changed since the catalogue was made; other failures as in files_read and files_write. */
status_code plugin_snapshot_take(arena *a, const char *out, const value *catalogue, FILE *log,
                                 const char **folder, failure *err);

/* The hash of them all, by the catalogue: the name of that folder. */
void plugin_snapshot_hash(const value *catalogue, char name[33]);

#endif
