/* Which files does hifm write into the folders of a results folder? */
#ifndef FRONT_GARBAGE_FILES_H
#define FRONT_GARBAGE_FILES_H

#include "front/garbage.h"

/* maker: script.json of a view, with the names of its tables and figures; NULL for other kinds. */
bool garbage_files_known(garbage_kind kind, const value *maker, const char *name);

/* The file that tells what the folder is: the last one to be removed. */
const char *garbage_files_last(garbage_kind kind);

#endif
