/* `hifm doctor`: is everything here that hifm needs? Each check prints a line: its verdict, what
 * was looked at, what was found, and what to do where it is not ok. */
#ifndef FRONT_DOCTOR_H
#define FRONT_DOCTOR_H

#include "base/failure.h"
#include "base/memory.h"

typedef enum doctor_verdict {
  DOCTOR_OK,
  DOCTOR_NOTE,   /* hifm works, but something is missing or slow */
  DOCTOR_PROBLEM /* something will fail */
} doctor_verdict;

typedef struct doctor {
  arena *a;
  const char *out; /* the results folder */
  size_t width;    /* of the screen */
  size_t notes, problems;
} doctor;

/* what: at most ten letters. */
__attribute__((format(printf, 4, 5))) void doctor_say(doctor *d, doctor_verdict verdict,
                                                      const char *what, const char *format, ...);

void doctor_look_at_program(doctor *d); /* version, BLAS, processor, other programs, locale */
void doctor_look_at_plugins(doctor *d); /* plugins and data set recipes */
void doctor_look_at_results(doctor *d); /* the results folder and its disk */
void doctor_look_at_machine(doctor *d); /* memory, processors, limits, processes */

#endif
