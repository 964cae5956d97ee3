/* hifm cancel: ends the Slurm jobs of a grid. */
#include "base/files.h"
#include "front/command.h"
#include "front/session.h"
#include "grid/submission.h"

status_code command_cancel(arena *a, const options *given, failure *err) {
  session s;
  submission of;
  bool found;
  status_code status = session_open(&s, a, given, err);
  if (status != STATUS_OK) return status;
  const char *folder = submission_folder(a, given->out, s.folder);
  status = submission_read(a, folder, &of, &found, err);
  const char *name = found ? value_get_text(of.record, "name", "") : "";
  if (status == STATUS_OK && !*name)
    status =
        failure_set(err, STATUS_NO_INPUT, "%s with these options was not given to Slurm (no %s)",
                    given->words[0], folder);
  if (status == STATUS_OK && submission_look(a, &of).over)
    status = failure_set(err, STATUS_NO_INPUT, "%s is over: nothing to cancel", folder);
  /* The merge job, if it starts before it is cancelled, must not give jobs to Slurm once more. */
  if (status == STATUS_OK)
    status = files_write(submission_path(a, &of, SUBMISSION_CANCELLED), "", 0, err);
  if (status == STATUS_OK) status = slurm_cancel(name, err);
  if (status == STATUS_OK && !given->quiet)
    fprintf(stderr, "cancelled; what runs now writes checkpoints. hifm run goes on from them\n");
  return status;
}
