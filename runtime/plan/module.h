/* What `require` may read: .lua files below the script's folder. */
#ifndef PLAN_MODULE_H
#define PLAN_MODULE_H

#include "base/memory.h"
#include "hifm/status.h"

enum { MODULE_LARGEST = 1 << 20 };

/* The path and text of folder/name.lua, where dots in the name go down. HIFM_BAD_CONFIG when the
 * name has other letters, there is no such file, or links lead it out of the folder. */
hifm_status module_read(arena *a, const char *folder, const char *name, const char **path,
                        const char **text, hifm_error *err);

/* A text file as the arena's; HIFM_BAD_CONFIG where it holds a zero byte. */
hifm_status module_text(arena *a, const char *path, const char **text, hifm_error *err);

#endif
