/* Numbers as text in the C locale, whatever the locale of the program: a decimal comma in a file
 * would be another number to the next reader. */
#ifndef BASE_PLAIN_LOCALE_H
#define BASE_PLAIN_LOCALE_H

#include <stdarg.h>
#include <stddef.h>

/* vsnprintf; returns the length of the whole text. */
__attribute__((format(printf, 3, 0))) size_t
plain_locale_print(char *out, size_t room, const char *format, va_list arguments);

/* strtod */
double plain_locale_number(const char *word, char **end);

#endif
