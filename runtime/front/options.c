#include "front/options.h"

#include "base/text.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static const char *const NAMES[] = {"--profile", "--set",   "--only", "-j", "--dry-run",
                                    "--force",   "--quiet", "--out",  "-n", "--weights",
                                    "--seed",    "--strip", "--help"};

static status_code take_number(const char *name, const char *word, options *out, failure *err) {
  const bool workers = strcmp(name, "-j") == 0, samples = strcmp(name, "-n") == 0;
  const char *what = workers ? "number of workers" : samples ? "number of samples" : "seed";
  const double low = workers || samples ? 1 : 0;
  const double high = workers ? 1024 : samples ? 1e6 : UINT32_MAX;
  double number;
  if (!text_number(word, &number) || number < low || number > high || number != floor(number))
    return failure_set(err, STATUS_USAGE, "%s: \"%s\" is no %s (%.0f to %.0f)", name, word, what,
                       low, high);
  if (workers)
    out->parallel = (unsigned)number;
  else if (samples)
    out->count = (size_t)number;
  else
    out->seed = (uint32_t)number;
  return STATUS_OK;
}

static bool is_number(const char *name) {
  return strcmp(name, "-j") == 0 || strcmp(name, "-n") == 0 || strcmp(name, "--seed") == 0;
}

/* Options with a value: stores it. */
static status_code take_value(const char *name, const char *word, options *out, failure *err) {
  if (is_number(name)) return take_number(name, word, out, err);
  if (strcmp(name, "--profile") == 0) out->profile = word;
  if (strcmp(name, "--only") == 0) out->only[out->only_count++] = word;
  if (strcmp(name, "--out") == 0) out->out = word;
  if (strcmp(name, "--weights") == 0) out->weights = word;
  if (strcmp(name, "--set") == 0) out->sets[out->set_count++] = word;
  return STATUS_OK;
}

static bool take_flag(const char *name, options *out) {
  if (strcmp(name, "--dry-run") == 0) return out->dry_run = true;
  if (strcmp(name, "--force") == 0) return out->force = true;
  if (strcmp(name, "--quiet") == 0) return out->quiet = true;
  if (strcmp(name, "--strip") == 0) return out->strip = true;
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) return out->help = true;
  return false;
}

/* --name=value, -jN and -nN are --name value, -j N and -n N. */
static const char *attached_value(arena *a, const char **name) {
  const char *equal = strchr(*name, '=');
  if (((*name)[1] == 'j' || (*name)[1] == 'n') && (*name)[2]) {
    const char *rest = *name + 2;
    *name = (*name)[1] == 'j' ? "-j" : "-n";
    return rest;
  }
  if (strncmp(*name, "--", 2) != 0 || !equal) return NULL;
  *name = arena_format(a, "%.*s", (int)(equal - *name), *name);
  return equal + 1;
}

static bool wants_value(const char *name) {
  return is_number(name) || strcmp(name, "--profile") == 0 || strcmp(name, "--set") == 0 ||
         strcmp(name, "--only") == 0 || strcmp(name, "--out") == 0 ||
         strcmp(name, "--weights") == 0;
}

status_code options_read(arena *a, int argc, char **argv, options *out, failure *err) {
  const long processors = sysconf(_SC_NPROCESSORS_ONLN);
  *out = (options){
      .out = OPTIONS_RESULTS, .parallel = processors > 0 ? (unsigned)processors : 1, .count = 64};
  out->sets = arena_get(a, (size_t)argc * sizeof *out->sets + 1);
  out->only = arena_get(a, (size_t)argc * sizeof *out->only + 1);
  for (int i = 0; i < argc; i++) {
    const char *name = argv[i];
    if (name[0] != '-' || !name[1]) {
      if (out->word_count == sizeof out->words / sizeof *out->words)
        return failure_set(err, STATUS_USAGE, "too many words, beginning with \"%s\"", name);
      out->words[out->word_count++] = name;
      continue;
    }
    const char *word = attached_value(a, &name);
    if (!word && take_flag(name, out)) continue;
    if (!wants_value(name))
      return failure_set(err, STATUS_USAGE, "unknown option %s%s", argv[i],
                         text_hint(a, name, NAMES, sizeof NAMES / sizeof *NAMES));
    if (!word && i + 1 == argc)
      return failure_set(err, STATUS_USAGE, "%s needs a value after it", name);
    status_code status = take_value(name, word ? word : argv[++i], out, err);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}
