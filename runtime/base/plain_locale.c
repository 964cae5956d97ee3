#include "base/plain_locale.h"

#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static locale_t plain; /* made once, shared by all threads */

static void make_plain(void) {
  plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static locale_t plain_locale(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, make_plain);
  return plain;
}

size_t plain_locale_print(char *out, size_t room, const char *format, va_list arguments) {
  const locale_t before = uselocale(plain_locale());
  const int length = vsnprintf(out, room, format, arguments);
  uselocale(before);
  return length > 0 ? (size_t)length : 0;
}

double plain_locale_number(const char *word, char **end) {
  return strtod_l(word, end, plain_locale());
}
