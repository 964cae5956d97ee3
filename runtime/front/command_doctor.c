/* hifm doctor: checks of this machine, one line each. */
#include "base/text.h"
#include "front/command.h"
#include "front/doctor.h"
#include "front/options.h"
#include "front/screen.h"

#include <stdlib.h>
#include <string.h>

void doctor_say(doctor *d, doctor_verdict verdict, const char *what, const char *format, ...) {
  static const char *const WORDS[] = {"ok", "note", "problem"};
  char *text;
  va_list arguments;
  va_start(arguments, format);
  const int length = vasprintf(&text, format, arguments);
  va_end(arguments);
  const char *heading = arena_format(d->a, "%-8s %-10s ", WORDS[verdict], what);
  d->notes += verdict == DOCTOR_NOTE;
  d->problems += verdict == DOCTOR_PROBLEM;
  if (length < 0) return;
  screen_fact(stdout, heading, text, strlen(heading), d->width);
  free(text);
}

status_code command_doctor(arena *a, const options *given, failure *err) {
  doctor d = {.a = a, .out = given->out, .width = screen_width(stdout)};
  (void)err;
  doctor_look_at_program(&d);
  doctor_look_at_plugins(&d);
  doctor_look_at_results(&d);
  doctor_look_at_machine(&d);
  printf("%zu problem%s, %zu note%s\n", d.problems, text_plural(d.problems), d.notes,
         text_plural(d.notes));
  return d.problems ? STATUS_SOME_FAILED : STATUS_OK;
}
