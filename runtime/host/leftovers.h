/* What a plugin may leave in the process or take from it: open files and threads. They can only be
 * named: whether something still uses them is not known. Only for host/surroundings.c. */
#ifndef HOST_LEFTOVERS_H
#define HOST_LEFTOVERS_H

#include <stddef.h>

void leftovers_remember(void);

/* What has changed since, as "left a file open", at most LEFTOVERS_MOST; returns how many. Each
 * change is found once. Where a file of hifm was closed, /dev/null takes its number: else the next
 * file would, and get what is written to the old one. */
enum { LEFTOVERS_MOST = 3 };
size_t leftovers_find(const char *found[LEFTOVERS_MOST]);

#endif
