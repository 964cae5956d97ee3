/* The texts of `hifm describe` about what is not declared as settings: keys of tables, figures and
 * other parts of scripts, and the words of h. One table, which tests/e2e_describe.sh compares with
 * what scripts accept. */
#ifndef FRONT_DESCRIBE_SCRIPT_H
#define FRONT_DESCRIBE_SCRIPT_H

#include <stdio.h>

enum { DESCRIBED_KEYS = 14, DESCRIBED_TOPICS = 13 };

typedef struct described_key {
  const char *name, *meaning; /* the meaning has at most 60 characters */
} described_key;

typedef struct described_topic {
  const char *word, *meaning;
  described_key keys[DESCRIBED_KEYS]; /* ended by a NULL name */
  const char *inner;                  /* what the next keys are of; NULL: there are none */
  described_key inner_keys[5];
  const char *example; /* entries of h.experiment, lines of at most 76 characters */
} described_topic;

extern const described_topic DESCRIBED[DESCRIBED_TOPICS];

void described_print(const described_topic *it, FILE *out);

#endif
