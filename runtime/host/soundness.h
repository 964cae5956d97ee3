/* Is a plugin's record fit to be used? What plugins_open asks before anything of it is called. */
#ifndef HOST_SOUNDNESS_H
#define HOST_SOUNDNESS_H

#include "hifm/plugin.h"

/* The four numbers that never move. `folder` is the kind whose folder the file lies in, or 0. */
hifm_status soundness_check_head(const char *path, const hifm_plugin *record, hifm_kind folder,
                                 hifm_error *err);

/* All the rest, once the head is right: name (that of the file), summary, settings, operations. */
hifm_status soundness_check_body(const char *path, const hifm_plugin *record, hifm_error *err);

#endif
