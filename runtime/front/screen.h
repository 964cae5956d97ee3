/* What the screen can show: its width, colours, texts that fit. */
#ifndef FRONT_SCREEN_H
#define FRONT_SCREEN_H

#include "base/memory.h"

#include <stdbool.h>
#include <stdio.h>

/* Columns of a terminal; 0 where `out` is not one: no limit. The variable COLUMNS, where it is
 * exported, counts more. */
size_t screen_width(FILE *out);

bool screen_has_colours(FILE *out);

/* The text in at most `width` columns (0: no limit), cut with "..". */
const char *screen_cut(arena *a, const char *text, size_t width);

/* "35s", "12m", "3h", "5d": seconds in at most four columns; "" for NAN. */
const char *screen_time(arena *a, double seconds);

/* "2 h 10 min", "40 s", "less than 1 s": seconds in words, two units at most. */
const char *screen_duration(arena *a, double seconds);

/* A number with `digits` after the point; "" for NAN. */
const char *screen_number(arena *a, double x, int digits);

/* "984 B", "1.2 MB" */
const char *screen_bytes(arena *a, double bytes);

/* A line of a page of facts: a heading of at most `indent` - 2 columns, and a text that is wrapped
 * at spaces into lines of `width` columns (0: no limit). Nothing where the text is empty: a fact
 * that is not known is left out. */
enum { SCREEN_INDENT = 11 }; /* of pages about one run */
void screen_fact(FILE *out, const char *heading, const char *text, size_t indent, size_t width);

#endif
