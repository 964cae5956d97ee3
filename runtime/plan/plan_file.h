/* A plan as a file. Sections that rows share are in it once.
 *
 *   { "parts": [section ...], "plan": the plan, in which each section of a row, of an audit of a
 * row and of a row that is not selected is its place in parts }
 */
#ifndef PLAN_PLAN_FILE_H
#define PLAN_PLAN_FILE_H

#include "base/failure.h"
#include "base/value.h"

/* It is sealed (base/json.h). */
status_code plan_file_write(const char *path, const value *plan, failure *err);
status_code plan_file_read(arena *a, const char *path, const value **plan, failure *err);

#endif
