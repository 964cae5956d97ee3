/* Is a plugin's record fit to be used? What plugins_open asks before anything of it is called. */
#ifndef HOST_RECORD_CHECK_H
#define HOST_RECORD_CHECK_H

#include "base/failure.h"
#include "hifm/plugin.h"

/* The four numbers that never move. `folder` is the kind whose folder the file lies in, or 0. */
status_code record_check_head(const char *path, const hifm_plugin *record, hifm_kind folder,
                              failure *err);

/* All the rest, once the head is right: name (that of the file), summary, settings, operations. */
status_code record_check_body(const char *path, const hifm_plugin *record, failure *err);

#endif
