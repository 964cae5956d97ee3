#include "front/screen.h"

#include "base/text.h"
#include "report/format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LEAST = 40 }; /* narrower screens are treated as if they had these */

size_t screen_width(FILE *out) {
  double columns;
  struct winsize size;
  const char *given = getenv("COLUMNS");
  if (given && text_number(given, &columns) && columns >= 1 && columns < 1e4)
    return columns < LEAST ? LEAST : (size_t)columns;
  if (!isatty(fileno(out))) return 0;
  if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col < LEAST ? LEAST : size.ws_col;
}

bool screen_has_colours(FILE *out) {
  const char *terminal = getenv("TERM"), *none = getenv("NO_COLOR");
  return isatty(fileno(out)) && terminal && *terminal && strcmp(terminal, "dumb") != 0 &&
         !(none && *none);
}

const char *screen_cut(arena *a, const char *text, size_t width) {
  text_buffer cut = {0};
  if (width == 0 || format_width(text) <= width) return text;
  format_fit(&cut, text, width);
  const char *out = arena_text(a, cut.text ? cut.text : "");
  free(cut.text);
  return out;
}

const char *screen_time(arena *a, double seconds) {
  static const struct {
    double seconds;
    const char *unit;
  } UNITS[] = {{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}};
  if (isnan(seconds)) return "";
  size_t i = 0;
  while (i < 3 && seconds < UNITS[i].seconds) i++;
  const double count = floor(seconds / UNITS[i].seconds);
  if (i == 3 && seconds < 10) return arena_format(a, "%.1fs", seconds < 0 ? 0 : seconds);
  return arena_format(a, "%.0f%s", count, UNITS[i].unit);
}

const char *screen_duration(arena *a, double seconds) {
  static const struct {
    double large, small; /* seconds */
    const char *names[2];
  } UNITS[] = {{86400, 3600, {"d", "h"}}, {3600, 60, {"h", "min"}}, {60, 1, {"min", "s"}}};
  for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
    const double rest = round(seconds / UNITS[i].small) * UNITS[i].small; /* 59.9 s are 1 min */
    const double count = floor(rest / UNITS[i].large);
    const double left = (rest - count * UNITS[i].large) / UNITS[i].small;
    if (count < 1) continue;
    if (left < 1 || count >= 10) return arena_format(a, "%.0f %s", count, UNITS[i].names[0]);
    return arena_format(a, "%.0f %s %.0f %s", count, UNITS[i].names[0], left, UNITS[i].names[1]);
  }
  return seconds < 1 ? "less than 1 s" : arena_format(a, "%.0f s", seconds);
}

const char *screen_number(arena *a, double x, int digits) {
  return isnan(x) ? "" : format_fixed(arena_get(a, FORMAT_ROOM), x, digits);
}

const char *screen_bytes(arena *a, double bytes) {
  static const char *const UNITS[] = {"B", "kB", "MB", "GB"};
  size_t i = 0;
  for (; bytes >= 1000 && i < 3; i++) bytes /= 1000;
  return arena_format(a, i && bytes < 10 ? "%.1f %s" : "%.0f %s", bytes, UNITS[i]);
}

/* How many bytes of the text fit into a line: up to the last space within the width. */
static size_t line_length(const char *text, size_t width) {
  const size_t all = strlen(text);
  if (width == 0 || all <= width) return all;
  for (size_t at = width; at > width / 3; at--)
    if (text[at] == ' ') return at;
  size_t at = width; /* a long word; not within a letter */
  while (at > 1 && ((unsigned char)text[at] & 0xc0) == 0x80) at--;
  return at;
}

void screen_fact(FILE *out, const char *heading, const char *text, size_t indent, size_t width) {
  if (!*text) return;
  const size_t room = width > indent + 20 ? width - indent : width ? 20 : 0;
  do {
    const size_t length = line_length(text, room);
    fprintf(out, "%-*s%.*s\n", (int)indent, heading, (int)length, text);
    heading = "";
    text += length;
    text += strspn(text, " ");
  } while (*text);
}
