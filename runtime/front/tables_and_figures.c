#include "front/tables_and_figures.h"

#include "front/report.h"

status_code tables_and_figures_write(session *s, failure *err) {
  FILE *log = s->given->quiet ? NULL : stderr;
  status_code status = session_record(s, err);
  if (status == STATUS_OK) session_explain_gaps(s);
  if (status == STATUS_OK) status = session_write_tables(s, stdout, err);
  if (status == STATUS_OK) status = session_write_figures(s, log, err);
  if (status == STATUS_OK) status = report_renew(s, err);
  return status;
}

status_code tables_and_figures_reset(session *s, failure *err) {
  failure ignored;
  status_code status = session_record(s, err);
  if (status == STATUS_OK) status = session_write_tables(s, NULL, err);
  if (status == STATUS_OK) session_write_figures(s, NULL, &ignored);
  if (status == STATUS_OK) status = report_renew(s, err);
  return status;
}
