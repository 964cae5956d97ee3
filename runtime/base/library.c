#include "base/library.h"

#include "base/text.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

/* The errno alone is in the words of dlerror. */
static int passing_failure(const char *words) {
  static const int CODES[] = {EIO, ENOSPC, EMFILE, ENFILE, ENOMEM, EINTR};
  for (size_t i = 0; i < sizeof CODES / sizeof *CODES; i++)
    if (text_ends_with(words, strerror(CODES[i]))) return CODES[i];
  return text_ends_with(words, "failed to map segment from shared object") ? ENOMEM : 0;
}

void *library_open(const char *path, int *code, const char **words) {
  enum { TRIES = 10 };
  for (int left = TRIES; left > 0; left--) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library) return library;
    *words = dlerror();
    *code = passing_failure(*words);
    if (*code != EINTR) return NULL;
  }
  return NULL;
}
