/* Shared libraries: plugins, LAPACKE. */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

/* Opens a library for the life of the process. NULL: *words says why. *code: the errno of a failure
 * that may be over at the next call, 0 where the library itself is wrong. */
void *library_open(const char *path, int *code, const char **words);

#endif
