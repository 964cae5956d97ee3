/* This program's file. /proc/self/exe is another program's where one runs this: valgrind, ld.so. */
#ifndef BASE_SELF_H
#define BASE_SELF_H

#include <stdbool.h>
#include <stddef.h>

/* Is /proc/self/exe this program? It then works even if the file was replaced meanwhile. Usable
 * before main. */
bool self_is_exe(void);

/* The path of the file, cut to `room`; false: /proc cannot be read. */
bool self_path(char *path, size_t room);

/* The path to start this program by: /proc/self/exe where that is this program, else `path`. */
const char *self_executable(const char *path);

#endif
