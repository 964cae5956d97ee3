/* Is a plugin's record sound? plugins_open asks this before it calls anything of the plugin. */
#ifndef HOST_RECORD_CHECK_H
#define HOST_RECORD_CHECK_H

#include "base/failure.h"
#include "hifm/plugin.h"

/* The four numbers that never move. `folder` is the kind whose folder has the file, or 0. A table
 * of operations may be shorter than this hifm's, not longer. */
status_code record_check_head(const char *path, const hifm_plugin *record, hifm_kind folder,
                              failure *err);

/* All the rest, once the head is right: name (that of the file), summary, settings, operations. Its
 * table of operations has the size of this hifm's. */
status_code record_check_body(const char *path, const hifm_plugin *record, failure *err);

#endif
