/* runs.csv, history.csv and timings.csv of a grid, from the results in its runs' folders.
 *
 *   runs.csv     the plan's columns, status, RECORD_NUMBERS, train_id, measure_id (12 digits); for
 *                each audit RECORD_AUDIT_NUMBERS, as <audit>.<number>
 *   history.csv  the plan's columns, epoch, step, loss, gradient_norm, nll, nll_se, nfe, attempts,
 *                rejected, solver: one row per measurement (attempts and rejected: the solver's);
 *                no nll, nll_se, nfe where `solver` is not "ok"
 *   timings.csv  the plan's columns, status, train_seconds, train_attempts, measure_seconds,
 *                measure_attempts: how long and how many workers it took, those that were stopped
 *                or killed included (equal where the run was measured while it was trained)
 * Numbers are the shortest text that reads back the same; what is not known is empty. */
#ifndef REPORT_RECORD_H
#define REPORT_RECORD_H

#include "base/failure.h"
#include "base/value.h"
#include "plan/run_row.h"

struct csv_table; /* base/csv_table.h */

/* The numbers of runs.csv: name in the code, column, meaning. An epoch whose solver failed has no
 * NLL. */
#define RECORD_NUMBERS(X)                                                                          \
  X(NLL_MIN, nll_min, "smallest NLL of the measured epochs")                                       \
  X(NLL_MIN_SE, nll_min_se, "its standard error over the test points")                             \
  X(EPOCH_MIN, epoch_min, "its epoch")                                                             \
  X(NFE_AT_MIN, nfe_at_min, "NFE of that epoch")                                                   \
  X(NFE_MIN, nfe_min, "smallest NFE of any epoch")                                                 \
  X(NLL_LAST, nll_last, "NLL of the last epoch")                                                   \
  X(NLL_LAST_SE, nll_last_se, "its standard error")                                                \
  X(NFE_LAST, nfe_last, "its NFE")                                                                 \
  X(LOSS_LAST, loss_last, "mean training loss since the measurement before the last")              \
  X(STEPS, steps, "optimizer steps")                                                               \
  X(EPOCHS_MEASURED, epochs_measured, "epochs with an NLL")                                        \
  X(GRADIENT_NORM_LAST, gradient_norm_last, "mean norm of the gradient, as loss_last")             \
  X(DIMENSIONS, dimensions, "degrees of freedom: 36 for 13 particles, centred")

/* The numbers of an audit: the weights that were best while training (by nll_min) and the last ones
 * measured in another way; and what the same points give without a network (job/likelihood.h). */
#define RECORD_AUDIT_NUMBERS(X)                                                                    \
  X(AUDIT_NLL_BEST, nll_best, "NLL of the weights of epoch_min")                                   \
  X(AUDIT_NLL_BEST_SE, nll_best_se, "its standard error")                                          \
  X(AUDIT_NFE_BEST, nfe_best, "its NFE")                                                           \
  X(AUDIT_NLL_LAST, nll_last, "NLL of the last weights")                                           \
  X(AUDIT_NLL_LAST_SE, nll_last_se, "its standard error")                                          \
  X(AUDIT_NFE_LAST, nfe_last, "its NFE")                                                           \
  X(AUDIT_NLL_IDENTITY, nll_identity, "NLL of the prior itself at the same points")                \
  X(AUDIT_NLL_GAUSSIAN, nll_gaussian, "NLL of the best isotropic Gaussian about 0 there")

/* What else history.csv has of a measurement. */
#define RECORD_HISTORY(X)                                                                          \
  X(epoch, "passes over the data")                                                                 \
  X(step, "optimizer steps")                                                                       \
  X(loss, "mean training loss since the last measurement")                                         \
  X(gradient_norm, "mean norm of the gradient since then")                                         \
  X(nll, "mean negative log-likelihood of the test points, nats; empty where the solver failed")   \
  X(nll_se, "its standard error over the test points")                                             \
  X(nfe, "evaluations of the network that the solver needed")                                      \
  X(attempts, "steps the solver tried")                                                            \
  X(rejected, "and did not take")

/* Is this column of runs.csv one of these numbers? */
bool record_is_number(const char *column);

/* runs.csv and history.csv as they are before the first run, every row missing: what tables and
 * figures are checked against. Close both. */
void record_blank(const value *columns, const char *const *audits, size_t audit_count,
                  const run_row *runs, size_t count, struct csv_table *csv,
                  struct csv_table *history);

/* Writes the three files into `view`. runs.csv and history.csv hold no time, host, pid, attempt or
 * path, rows in grid order: byte-identical however the grid was run. A row whose result is not
 * there is "missing", whatever its status says. audits: their names. */
status_code record_write(const char *view, const value *columns, const char *const *audits,
                         size_t audit_count, const run_row *runs, size_t count, failure *err);

#endif
