#include "host/variables.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Copies, as the plugin may write into the texts themselves. */
static char **kept;
static size_t kept_count;

static size_t count_variables(void) {
  size_t count = 0;
  while (environ && environ[count]) count++;
  return count;
}

static bool are_kept(void) {
  if (count_variables() != kept_count) return false;
  for (size_t i = 0; i < kept_count; i++)
    if (strcmp(environ[i], kept[i]) != 0) return false;
  return true;
}

void variables_remember(void) {
  if (are_kept()) return;
  for (size_t i = 0; i < kept_count; i++) free(kept[i]);
  free(kept);
  kept_count = count_variables();
  kept = memory_array(kept_count + 1, sizeof *kept);
  for (size_t i = 0; i < kept_count; i++) {
    const size_t bytes = strlen(environ[i]) + 1;
    kept[i] = memcpy(memory_get(bytes), environ[i], bytes);
  }
}

bool variables_restore(void) {
  if (are_kept()) return false;
  clearenv();
  for (size_t i = 0; i < kept_count; i++) {
    char *equals = strchr(kept[i], '=');
    if (!equals) continue;
    *equals = '\0';
    setenv(kept[i], equals + 1, 1);
    *equals = '=';
  }
  return true;
}
