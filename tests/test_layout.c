/* The rules of the source tree: which file includes which library, which layer includes which. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST_LINE = 4096 };

/* What is wrong with this line of file (named from the root of the tree), or NULL. */
typedef const char *(*rule)(const char *file, const char *line);

static rule current;
static size_t files, broken;

static bool ends_with(const char *text, const char *end) {
  size_t length = strlen(text), tail = strlen(end);
  return length >= tail && strcmp(text + length - tail, end) == 0;
}

static int check_file(const char *path, const struct stat *info, int kind, struct FTW *place) {
  (void)info;
  (void)place;
  if (kind != FTW_F || !(ends_with(path, ".c") || ends_with(path, ".h"))) return 0;
  FILE *source = fopen(path, "r");
  if (!source) return -1;
  char line[LONGEST_LINE];
  const char *file = path + strlen(TEST_SOURCE_DIR "/");
  for (size_t number = 1; fgets(line, sizeof line, source); number++) {
    const char *wrong = current(file, line);
    if (!wrong) continue;
    print_error("%s:%zu: %s: %s", file, number, wrong, line);
    broken++;
  }
  files++;
  return fclose(source);
}

/* Applies a rule to every .c and .h file of these folders of the tree. */
static void check(rule each, const char *const *folders, size_t count) {
  current = each;
  files = broken = 0;
  for (size_t i = 0; i < count; i++) {
    char path[1000];
    snprintf(path, sizeof path, "%s/%s", TEST_SOURCE_DIR, folders[i]);
    assert_int_equal(nftw(path, check_file, 16, FTW_PHYS), 0);
  }
  assert_true(files >= count);
  assert_int_equal(broken, 0);
}

/* The name between the quotes or angles of an #include line. */
static bool included(const char *line, char name[static LONGEST_LINE]) {
  return sscanf(line, " # include %*1[<\"]%4095[^>\"]", name) == 1;
}

#define ONLY(file) file, "only " file " may include this"

/* Exactly one file of the runtime knows each library, so replacing it touches one file. Layers of
 * networks may call CBLAS as well. */
static const char *library_elsewhere(const char *file, const char *line) {
  static const struct {
    const char *library, *owner, *wrong;
  } owners[] = {
      {"lua.h", ONLY("runtime/plan/script.c")},    {"lauxlib.h", ONLY("runtime/plan/script.c")},
      {"lualib.h", ONLY("runtime/plan/script.c")}, {"uv.h", ONLY("runtime/grid/local.c")},
      {"csv.h", ONLY("runtime/base/csv_table.c")}, {"jansson.h", ONLY("runtime/base/json.c")},
      {"cblas.h", ONLY("runtime/base/blas.c")},    {"lapacke.h", ONLY("runtime/base/blas.c")},
      {"zlib.h", ONLY("runtime/base/deflate.c")},
  };
  char name[LONGEST_LINE];
  if (!included(line, name)) return NULL;
  if (strcmp(name, "cblas.h") == 0 && strncmp(file, "runtime/layers/", 15) == 0) return NULL;
  for (size_t i = 0; i < sizeof owners / sizeof *owners; i++)
    if (strcmp(name, owners[i].library) == 0 && strcmp(file, owners[i].owner) != 0)
      return owners[i].wrong;
  return NULL;
}

/* The place of a path's first folder in base < host < job < bench < plan < report < grid < front,
 * or -1. */
static int layer_of(const char *path) {
  static const char *const layers[] = {"base/", "host/",   "job/",  "bench/",
                                       "plan/", "report/", "grid/", "front/"};
  for (int i = 0; i < (int)(sizeof layers / sizeof *layers); i++)
    if (strncmp(path, layers[i], strlen(layers[i])) == 0) return i;
  return -1;
}

static const char *later_layer(const char *file, const char *line) {
  char name[LONGEST_LINE];
  if (!included(line, name)) return NULL;
  const char *inside = file + strlen("runtime/");
  bool network = strncmp(inside, "layers/", 7) == 0;
  if (strncmp(name, "layers/", 7) == 0 && !network) return "layers/ is for network plugins alone";
  if (network && layer_of(name) >= 0) return "layers of networks know nothing of the runtime";
  if (network || !strchr(inside, '/')) return NULL; /* main.c stands above all layers */
  return layer_of(name) > layer_of(inside)
             ? "the order is base, host, job, bench, plan, report, grid, front"
             : NULL;
}

/* Only the providers of modes know that the basis of a path is a matrix, and in which file it is.
 */
static const char *basis_elsewhere(const char *file, const char *line) {
  static const char *const OWNERS[] = {"runtime/job/modes", "runtime/base/blas."};
  if (!strstr(line, "blas_apply") && !strstr(line, "basis.npy")) return NULL;
  for (size_t i = 0; i < sizeof OWNERS / sizeof *OWNERS; i++)
    if (strncmp(file, OWNERS[i], strlen(OWNERS[i])) == 0) return NULL;
  return "the basis is known in runtime/job/modes* alone; use modes_mix";
}

static bool is_comment(const char *line) {
  line += strspn(line, " ");
  return strncmp(line, "/*", 2) == 0 || strncmp(line, "* ", 2) == 0;
}

/* A metric is known by its record alone: screens, CSV files, tables and figures read METRICS. */
static const char *metric_elsewhere(const char *file, const char *line) {
  if (is_comment(line) || strncmp(file, "runtime/job/metrics.", 20) == 0) return NULL;
  return strstr(line, "\"nll\"") ? "a metric is named in runtime/job/metrics.* alone; use METRICS"
                                 : NULL;
}

/* The runtime names no plugin: a new one is known by its record. (rk45, the default of
 * measure.solver, is a setting.) */
static const char *plugin_elsewhere(const char *file, const char *line) {
  static const char *const NAMES[] = {
      "\"transport\"",   "\"interpolant\"", "\"hessian\"", "\"condition\"",     "\"hyperbolize\"",
      "\"isotropize\"",  "\"anisotropic\"", "\"project\"", "\"egnn\"",          "\"unet\"",
      "\"double_well\"", "\"formation\"",   "\"euler\"",   "\"lennard_jones\"", "\"dw4\"",
  };
  if (is_comment(line) || strncmp(file, "runtime/bench/", 14) == 0) return NULL;
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
    if (strstr(line, NAMES[i])) return "the runtime names no plugin; ask the catalogue";
  return NULL;
}

/* One dialect: a status is compared with a code; a banner is of one form. */
static const char *other_dialect(const char *file, const char *line) {
  (void)file;
  if (strstr(line, "if (status)") || strstr(line, "if (!status") || strstr(line, "&& !status") ||
      strstr(line, "|| !status") || strstr(line, "&& status)"))
    return "compare a status: status == STATUS_OK";
  if (strncmp(line, "/* ", 3) == 0 && strstr(line, " ----") && strncmp(line, "/* ---- ", 8) != 0)
    return "banners are /* ---- what ---- */";
  return NULL;
}

static const char *unfinished(const char *file, const char *line) {
  (void)file;
  return strstr(line, "TODO") || strstr(line, "FIXME") ? "marked as unfinished" : NULL;
}

static const char *const tree[] = {"runtime", "plugins", "include"};

static void test_one_includer(void **state) {
  (void)state;
  check(library_elsewhere, tree, 1);
}

static void test_layers(void **state) {
  (void)state;
  check(later_layer, tree, 1);
}

static void test_basis(void **state) {
  (void)state;
  check(basis_elsewhere, tree, 1);
}

static void test_metrics(void **state) {
  (void)state;
  check(metric_elsewhere, tree, 1);
}

static void test_no_plugin_is_named(void **state) {
  (void)state;
  check(plugin_elsewhere, tree, 1);
}

static void test_dialect(void **state) {
  (void)state;
  check(other_dialect, tree, 3);
}

static void test_finished(void **state) {
  (void)state;
  check(unfinished, tree, 3);
}

/* The rules themselves: what they must see and what they must let pass. */
static void test_rules(void **state) {
  (void)state;
  assert_non_null(library_elsewhere("runtime/base/x.c", "#include <csv.h>\n"));
  assert_non_null(library_elsewhere("runtime/job/x.h", "# include \"jansson.h\"\n"));
  assert_non_null(library_elsewhere("runtime/layers/x.c", "#include <lapacke.h>\n"));
  assert_null(library_elsewhere("runtime/layers/x.c", "#include <cblas.h>\n"));
  assert_null(library_elsewhere("runtime/base/csv_table.c", "#include <csv.h>\n"));
  assert_non_null(later_layer("runtime/base/x.c", "#include \"host/x.h\"\n"));
  assert_non_null(later_layer("runtime/job/x.c", "#include \"front/x.h\"\n"));
  assert_non_null(later_layer("runtime/base/x.c", "#include \"layers/x.h\"\n"));
  assert_non_null(later_layer("runtime/layers/x.c", "#include \"base/x.h\"\n"));
  assert_null(later_layer("runtime/front/x.c", "#include \"base/x.h\"\n"));
  assert_null(later_layer("runtime/job/x.c", "#include \"job/x.h\"\n"));
  assert_null(later_layer("runtime/main.c", "#include \"front/x.h\"\n"));
  assert_non_null(basis_elsewhere("runtime/job/minibatch.c", "  blas_apply(p, d, x, out);\n"));
  assert_non_null(basis_elsewhere("runtime/bench/x.c", "  open(\"basis.npy\");\n"));
  assert_null(basis_elsewhere("runtime/job/modes_eigen.c", "  blas_apply(p, d, x, out);\n"));
  assert_null(basis_elsewhere("runtime/job/minibatch.c", "  modes_mix(m, row, x, y, t, 2);\n"));
  assert_non_null(metric_elsewhere("runtime/report/x.c", "  find(\"nll\");\n"));
  assert_null(metric_elsewhere("runtime/job/metrics.c", "  {.name = \"nll\",\n"));
  assert_non_null(plugin_elsewhere("runtime/plan/x.c", "  add(\"anisotropic\");\n"));
  assert_null(plugin_elsewhere("runtime/bench/x.c", "  open(\"egnn\");\n"));
  assert_non_null(other_dialect("runtime/x.c", "  if (status) return status;\n"));
  assert_non_null(other_dialect("runtime/x.c", "/* Reading ----------- */\n"));
  assert_null(other_dialect("runtime/x.c", "/* ---- reading ---- */\n"));
  assert_null(other_dialect("runtime/x.c", "  if (status != STATUS_OK) return status;\n"));
  assert_non_null(unfinished("runtime/x.c", "int x; /* TODO */\n"));
  assert_null(unfinished("runtime/x.c", "int x;\n"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_includer),
      cmocka_unit_test(test_layers),
      cmocka_unit_test(test_basis),
      cmocka_unit_test(test_metrics),
      cmocka_unit_test(test_no_plugin_is_named),
      cmocka_unit_test(test_dialect),
      cmocka_unit_test(test_finished),
      cmocka_unit_test(test_rules),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
