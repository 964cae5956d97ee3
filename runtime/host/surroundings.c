#include "host/surroundings.h"

#include "host/leftovers.h"
#include "host/variables.h"

#include <fenv.h>
#include <float.h>
#include <limits.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIGNALS = 32, TEXT = 256, SENTENCES = 16 };

typedef struct surroundings {
  bool known;
  fenv_t numbers;
  int rounding;
  bool flushes; /* denormal results or operands taken as zero */
  int traps;    /* floating-point exceptions that end the process */
  char locale[TEXT], folder[PATH_MAX];
  mode_t mask;
  struct sigaction actions[SIGNALS];
  sigset_t blocked;
} surroundings;

/* Of the process, like what it describes. */
static surroundings before;
static char sentences[SENTENCES][TEXT];
static size_t sentence_count;
static pthread_mutex_t saying = PTHREAD_MUTEX_INITIALIZER;

/* ---- numbers --------------------------------------------------------------------------------- */

/* A calculation with denormal numbers is slow; the processor knows as well. */
static bool flushes_denormals(void) {
#ifdef __x86_64__
  return (__builtin_ia32_stmxcsr() & 0x8040u) != 0; /* FTZ, DAZ */
#else
  volatile double smallest = DBL_MIN, denormal = 0x1p-1070;
  volatile double result = smallest / 2, operand = denormal * 0x1p60;
  return result == 0 || operand == 0;
#endif
}

/* What has changed, or NULL. The exceptions that have occurred are nobody's setting. */
static const char *restore_numbers(void) {
  const char *changed = flushes_denormals() != before.flushes ? "how denormal numbers are treated"
                        : fegetround() != before.rounding     ? "the rounding mode"
                        : fegetexcept() != before.traps       ? "floating-point traps"
                                                              : NULL;
  if (changed) fesetenv(&before.numbers);
  return changed;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static mode_t current_mask(void) {
  const mode_t mask = umask(0);
  umask(mask);
  return mask;
}

static bool can_be_handled(int number) {
  return number != SIGKILL && number != SIGSTOP;
}

void surroundings_remember(void) {
  before = (surroundings){.known = true,
                          .rounding = fegetround(),
                          .flushes = flushes_denormals(),
                          .traps = fegetexcept(),
                          .mask = current_mask()};
  fegetenv(&before.numbers);
  snprintf(before.locale, sizeof before.locale, "%s", setlocale(LC_ALL, NULL));
  if (!getcwd(before.folder, sizeof before.folder)) before.folder[0] = '\0';
  for (int i = 1; i < SIGNALS; i++)
    if (can_be_handled(i)) sigaction(i, NULL, &before.actions[i]);
  sigprocmask(SIG_SETMASK, NULL, &before.blocked);
  variables_remember();
  leftovers_remember();
}

static const char *restore_locale(void) {
  if (strcmp(setlocale(LC_ALL, NULL), before.locale) == 0) return NULL;
  setlocale(LC_ALL, before.locale);
  return "the locale";
}

static const char *restore_folder(void) {
  char now[PATH_MAX];
  if (!before.folder[0] || (getcwd(now, sizeof now) && strcmp(now, before.folder) == 0))
    return NULL;
  return chdir(before.folder) == 0 ? "the working directory" : "the working directory for good";
}

static const char *restore_mask(void) {
  return umask(before.mask) == before.mask ? NULL : "the umask";
}

static const char *restore_actions(void) {
  bool changed = false;
  for (int i = 1; i < SIGNALS; i++) {
    struct sigaction now;
    if (!can_be_handled(i) || sigaction(i, NULL, &now) != 0) continue;
    if (now.sa_handler == before.actions[i].sa_handler) continue;
    changed = true;
    sigaction(i, &before.actions[i], NULL);
  }
  return changed ? "what signals do" : NULL;
}

static const char *restore_blocked(void) {
  sigset_t now;
  bool same = sigprocmask(SIG_SETMASK, NULL, &now) == 0;
  for (int i = 1; i < SIGNALS; i++) same &= sigismember(&now, i) == sigismember(&before.blocked, i);
  if (!same) sigprocmask(SIG_SETMASK, &before.blocked, NULL);
  return same ? NULL : "which signals are blocked";
}

static const char *restore_variables(void) {
  return variables_restore() ? "the environment" : NULL;
}

const char *surroundings_restore(void) {
  static char text[TEXT];
  const char *(*const parts[])(void) = {restore_numbers,  restore_locale,  restore_folder,
                                        restore_mask,     restore_actions, restore_blocked,
                                        restore_variables};
  size_t used = 0;
  text[0] = '\0';
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    const char *changed = parts[i]();
    if (changed)
      used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used ? ", " : "", changed);
  }
  return used ? text : NULL;
}

/* ---- saying it ------------------------------------------------------------------------------- */

static bool is_known(const char *sentence) {
  for (size_t i = 0; i < sentence_count; i++)
    if (strcmp(sentences[i], sentence) == 0) return true;
  return false;
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...) {
  char sentence[TEXT];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(sentence, sizeof sentence, format, arguments);
  va_end(arguments);
  pthread_mutex_lock(&saying);
  if (sentence_count < SENTENCES && !is_known(sentence)) {
    memcpy(sentences[sentence_count++], sentence, sizeof sentence);
    fprintf(stderr, "%s\n", sentence);
  }
  pthread_mutex_unlock(&saying);
}

static void say_restored(const char *who, const char *changed, const char *where) {
  if (changed) say("%s changed %s in %s; it was restored", who, changed, where);
}

void surroundings_keep(const char *who, const char *where) {
  const char *found[LEFTOVERS_MOST];
  surroundings_keep_settings(who, where);
  const size_t count = before.known ? leftovers_find(found) : 0;
  for (size_t i = 0; i < count; i++) say("%s %s in %s", who, found[i], where);
}

void surroundings_keep_settings(const char *who, const char *where) {
  say_restored(who, before.known ? surroundings_restore() : NULL, where);
}

void surroundings_keep_numbers(const char *who, const char *where) {
  say_restored(who, before.known ? restore_numbers() : NULL, where);
}

const char *surroundings_last(void) {
  return sentence_count ? sentences[sentence_count - 1] : "";
}

void surroundings_forget(void) {
  sentence_count = 0;
}
