/* Files that plugins read (HIFM_FILE settings): a path becomes the file value of host/params.h. */
#ifndef PLAN_PLUGIN_FILES_H
#define PLAN_PLUGIN_FILES_H

#include "plan/schema.h"

/* In the resolved section each path becomes { "path": absolute, "content": "" }; file_hashes.h
 * fills in the content. A path is relative to the script's folder, or to the recipe's where the
 * setting is the recipe's and not in `declared`, the section as the script declares it (NULL: not
 * at all). STATUS_BAD_CONFIG where there is no such file; messages begin with the setting's path.
 */
status_code plugin_files_locate(schema *s, size_t section, const value *declared,
                                const value **resolved, failure *err);

#endif
