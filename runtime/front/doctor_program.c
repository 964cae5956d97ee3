#include "base/blas.h"
#include "base/text.h"
#include "front/doctor.h"
#include "front/program.h"
#include "grid/environment.h"
#include "job/result.h"
#include "report/plot.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- this program ---------------------------------------------------------------------------- */

/* The value that a variable has for workers; NULL: none. */
static const char *of_workers(arena *a, const char *name) {
  char **list = environment_of_workers(NULL, 0);
  const size_t length = strlen(name);
  const char *found = NULL;
  for (size_t i = 0; list[i] && !found; i++)
    if (strncmp(list[i], name, length) == 0 && list[i][length] == '=')
      found = arena_text(a, list[i] + length + 1);
  free(list);
  return found;
}

static void look_at_blas(doctor *d) {
  failure why;
  const char *core = of_workers(d->a, "OPENBLAS_CORETYPE");
  if (blas_start(&why) != STATUS_OK) {
    doctor_say(d, DOCTOR_PROBLEM, "BLAS", "%s", why.message);
    return;
  }
  doctor_say(d, DOCTOR_OK, "BLAS", "%s; workers: core %s, %s thread", blas_library(),
             core ? core : "the same", of_workers(d->a, "OPENBLAS_NUM_THREADS"));
  doctor_say(d, DOCTOR_OK, "LAPACK", "%s", blas_lapack());
}

/* What the kernels of the networks use (layers/clones.h). */
static const char *instructions(void) {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f")) return "AVX-512";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "AVX2 with FMA";
#endif
  return "no vector instructions beyond those of every processor of its kind";
}

static void look_at_locale(doctor *d) {
  const locale_t here = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
  if (!here) {
    doctor_say(d, DOCTOR_NOTE, "locale",
               "the locale of LC_ALL, LC_CTYPE or LANG is not installed. Numbers are not affected; "
               "choose one of locale -a");
    return;
  }
  const char *set = nl_langinfo_l(CODESET, here);
  const bool utf8 = strcmp(set, "UTF-8") == 0;
  doctor_say(d, utf8 ? DOCTOR_OK : DOCTOR_NOTE, "locale", "letters are %s%s", set,
             utf8 ? "" : ". hifm writes UTF-8: set LC_ALL=C.UTF-8 where labels look wrong");
  freelocale(here);
}

/* ---- other programs -------------------------------------------------------------------------- */

/* In the folders of PATH; NULL: nowhere. */
static const char *find_program(arena *a, const char *name) {
  const char *list = getenv("PATH");
  if (strchr(name, '/')) return access(name, X_OK) == 0 ? name : NULL;
  for (const char *place; list && (place = text_next_place(a, &list));) {
    const char *path = arena_format(a, "%s/%s", place, name);
    if (access(path, X_OK) == 0) return path;
  }
  return NULL;
}

/* gnuplot says itself what it is, and whether it can draw both kinds of figures. */
static void look_at_gnuplot(doctor *d) {
  static const char SCRIPT[] = "set print '-'\nprint GPVAL_VERSION\nprint GPVAL_TERMINALS\n";
  char *answer;
  size_t length;
  failure why = {.message = ""};
  if (plot_run(SCRIPT, strlen(SCRIPT), &answer, &length, &why) != STATUS_OK || !answer) {
    doctor_say(d, DOCTOR_NOTE, "gnuplot", "%s. There are tables, but no figures", why.message);
    free(answer);
    return;
  }
  const bool able = strstr(answer, " svg ") && strstr(answer, " pngcairo ");
  const int version = (int)strcspn(answer, "\n");
  if (able)
    doctor_say(d, DOCTOR_OK, "gnuplot", "version %.*s", version, answer);
  else
    doctor_say(d, DOCTOR_NOTE, "gnuplot",
               "version %.*s lacks the terminals svg or pngcairo, so there are no figures. "
               "Debian: apt install gnuplot-nox",
               version, answer);
  free(answer);
}

static void look_at_compiler(doctor *d) {
  const char *const names[] = {getenv("CC"), "cc", "gcc", "clang"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *path = names[i] && *names[i] ? find_program(d->a, names[i]) : NULL;
    if (!path) continue;
    doctor_say(d, DOCTOR_OK, "compiler", "%s, for plugins of your own", path);
    return;
  }
  doctor_say(d, DOCTOR_NOTE, "compiler",
             "no cc, gcc or clang in PATH: you cannot compile plugins of your own. Debian: apt "
             "install gcc");
}

static void look_at_latex(doctor *d) {
  const char *path = find_program(d->a, "pdflatex");
  doctor_say(d, DOCTOR_OK, "LaTeX", "%s",
             path ? path : "not installed; only your own documents need it for the .tex tables");
}

void doctor_look_at_program(doctor *d) {
  doctor_say(d, DOCTOR_OK, "version", "hifm %s, %s", HIFM_VERSION, program_path(d->a));
  look_at_blas(d);
  doctor_say(d, DOCTOR_OK, "processor", "%s; networks use %s", result_processor(), instructions());
  look_at_gnuplot(d);
  look_at_latex(d);
  look_at_compiler(d);
  look_at_locale(d);
}
