/* Between the status codes of plugins (hifm/status.h) and those of the runtime (base/failure.h). */
#ifndef HOST_PLUGIN_STATUS_H
#define HOST_PLUGIN_STATUS_H

#include "base/failure.h"
#include "hifm/status.h"

/* What a plugin returned, with its message, as a status of the runtime. A number that is not in the
 * plugins' list gives STATUS_BAD_CONFIG. err may be NULL. */
status_code plugin_status_in(hifm_status status, const hifm_error *from, failure *err);

/* What a callback of the runtime (a right-hand side) returns to the plugin that called it. */
hifm_status plugin_status_out(status_code status, const failure *from, hifm_error *err);

#endif
