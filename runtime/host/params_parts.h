/* What the files params*.c share, and no other file. */
#ifndef HOST_PARAMS_PARTS_H
#define HOST_PARAMS_PARTS_H

#include "host/params.h"

/* What a setting is when nothing is given; NULL: it must be given. */
const value *params_default(arena *a, const hifm_param *param);

/* The index of a word, or the number of choices where it is none of them. */
size_t params_choice_index(const char *const *choices, const char *word);

/* Is there a bound to speak of, and which number is the highest? */
bool params_has_low(const hifm_param *param);
bool params_has_high(const hifm_param *param);
double params_highest(const hifm_param *param);

/* A LIST of NUMBER as an array in the arena. */
hifm_list params_list(arena *a, const value *setting);

#endif
