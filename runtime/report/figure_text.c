#include "report/figure_text.h"

#include "report/format.h"

#include <stdlib.h>

/* Is it a letter that a font for Latin, Greek and mathematical signs may lack? */
static bool is_rare(uint32_t letter) {
  return letter >= 0x900 && !(letter >= 0x1e00 && letter < 0x2c00);
}

/* Within single quotes only a doubled quote is special to gnuplot; a line break would end the text.
 */
static void add_quoted(text_buffer *out, const char *text, bool boxes) {
  uint32_t letter;
  text_add(out, "'");
  for (size_t bytes; *text; text += bytes) {
    bytes = format_letter(text, &letter);
    if (letter < 32)
      text_add(out, " ");
    else if (boxes && is_rare(letter))
      text_add(out, "□");
    else
      text_add_bytes(out, text, bytes);
    if (letter == '\'') text_add(out, "'");
  }
  text_add(out, "'");
}

/* The rare letters in hexadecimal, as fontconfig names them. */
static void add_rare(text_buffer *out, const char *text) {
  uint32_t letter;
  while (*text) {
    text += format_letter(text, &letter);
    if (is_rare(letter)) text_add(out, " %x", (unsigned)letter);
  }
}

void figure_text_add(text_buffer *out, const char *text, bool drawn) {
  text_buffer rare = {0};
  text_add(&rare, "%s", "");
  if (drawn) add_rare(&rare, text);
  if (rare.length) {
    text_add(out, "(system(\"fc-list -q ':charset=%s' 2>/dev/null && echo y\") eq 'y' ? ",
             rare.text + 1);
    add_quoted(out, text, false);
    text_add(out, " : ");
  }
  add_quoted(out, text, rare.length > 0);
  if (rare.length) text_add(out, ")");
  free(rare.text);
}
