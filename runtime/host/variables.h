/* The environment variables of the process: compared and put back. Only for host/surroundings.c. */
#ifndef HOST_VARIABLES_H
#define HOST_VARIABLES_H

#include <stdbool.h>

void variables_remember(void);

/* Puts back those of the last variables_remember; true where they had changed. */
bool variables_restore(void);

#endif
