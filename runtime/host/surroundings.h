/* What a plugin may change for the whole process by mistake: the floating-point environment, the
 * locale, the working directory, the umask, signals, environment variables. It is compared, put
 * back and named. Open files and threads are compared and named. */
#ifndef HOST_SURROUNDINGS_H
#define HOST_SURROUNDINGS_H

#include <stdbool.h>

/* Remembers how it all is now: what the functions below compare with. Before the first call they do
 * nothing. */
void surroundings_remember(void);

/* Puts back what has changed since and says so on stderr, once for each sentence:
 * "<who> changed the rounding mode in <where>; it was restored", "<who> left a file open in
 * <where>". For a moment when hifm has opened or closed no file since surroundings_remember. */
void surroundings_keep(const char *who, const char *where);

/* The same at any moment: without open files and threads. */
void surroundings_keep_settings(const char *who, const char *where);

/* The same for the floating-point environment alone, and fast enough for every call of a plugin. */
void surroundings_keep_numbers(const char *who, const char *where);

/* The last sentence, "" where nothing was changed; and forgets all sentences. */
const char *surroundings_last(void);
void surroundings_forget(void);

/* Puts back what has changed and returns it in words, or NULL; without open files and threads. */
const char *surroundings_restore(void);

#endif
