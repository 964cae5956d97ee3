/* The files of a job, recorded in its result and compared with them later. */
#ifndef JOB_CONTENTS_H
#define JOB_CONTENTS_H

#include "base/failure.h"
#include "job/result.h"

/* The last step of a data, modes or train job: writes its result with "files", { name: { "bytes",
 * "content" (BLAKE2b-128) } }. A note is reported where a file differs from the one whose place it
 * takes (contents_drop). */
status_code contents_record(arena *a, const job *work, const result *made, failure *err);

/* Are the files in the folder those of this result (result_read)? All sizes are looked at first,
 * then the bytes are hashed. A result of an earlier version has no hashes: then only the sizes are
 * compared, with those that the heads of the files declare. STATUS_NO_INPUT: "NAME is missing";
 * STATUS_BAD_INPUT: "NAME is damaged"; any other: a disk that fails gives no answer. */
status_code contents_check(job_kind kind, const char *folder, const value *made, failure *err);

/* One file of a folder: added to "files" as above, and compared with them. */
status_code contents_describe_file(arena *a, const char *folder, const char *name, value *files,
                                   failure *err);
status_code contents_check_file(const char *folder, const char *name, const value *files,
                                failure *err);

/* contents_check of the folder of a data job, whatever its identity, before something reads it: the
 * message says where the file is and what to do. No result: STATUS_OK, nothing is known. */
status_code contents_check_data(const char *folder, failure *err);

/* Takes the result of a folder away, so that its job is to do again. What it recorded is kept for
 * contents_record. */
status_code contents_drop(const char *folder, failure *err);

#endif
