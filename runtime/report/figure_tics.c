#include "report/figure_tics.h"

#include "report/format.h"

#include <math.h>

enum { FEWEST = 3 };
#define MANY_DECADES 3

/* Adds the numbers at 1, 2, 5 times powers of ten within the axis; returns how many. */
static size_t add_powers(text_buffer *out, double low, double high) {
  static const double FACTORS[] = {1, 2, 5};
  const int first = (int)floor(log10(low)), last = (int)ceil(log10(high));
  size_t count = 0;
  char room[FORMAT_ROOM];
  for (int power = first; power <= last; power++)
    for (size_t i = 0; i < (log10(high / low) > MANY_DECADES ? 1 : 3); i++) {
      const double x = FACTORS[i] * pow(10, power);
      if (x < low || x > high) continue;
      text_add(out, "%s%s", count ? "," : "", format_number(room, x));
      count++;
    }
  return count;
}

static void add_steps(text_buffer *out, double low, double high) {
  enum { STEPS = 4 };
  const double rough = (high - low) / STEPS, power = pow(10, floor(log10(rough)));
  const double step = power * (rough < 2 * power ? 1 : rough < 5 * power ? 2 : 5);
  char room[FORMAT_ROOM];
  for (double x = ceil(low / step) * step, first = x; x <= high; x += step)
    text_add(out, "%s%s", x > first ? "," : "", format_number(room, x));
}

void figure_tics_at(text_buffer *out, char axis, const double *numbers, size_t count) {
  char room[FORMAT_ROOM];
  text_add(out, "set format %c '%%g'\nset %ctics (", axis, axis);
  for (size_t i = 0; i < count; i++)
    text_add(out, "%s%s", i ? "," : "", format_number(room, numbers[i]));
  text_add(out, ")\n");
}

void figure_tics_add(text_buffer *out, char axis, double low, double high) {
  text_add(out, "set format %c '%%g'\nset %ctics (", axis, axis);
  const size_t numbers = out->length;
  if (add_powers(out, low, high) < FEWEST) {
    out->text[out->length = numbers] = 0;
    add_steps(out, low, high);
  }
  text_add(out, ")\n");
}
