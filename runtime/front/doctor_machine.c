#include "base/folders.h"
#include "base/text.h"
#include "base/threads.h"
#include "front/doctor.h"
#include "front/screen.h"

#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---- control groups -------------------------------------------------------------------------- */

/* The numbers in the first line of a file of the kernel; returns how many there are. "max" is none.
 */
static int read_numbers(const char *path, double *one, double *two) {
  FILE *file = fopen(path, "re");
  const int count = file ? fscanf(file, "%lf %lf", one, two) : 0;
  if (file) fclose(file);
  return count < 0 ? 0 : count;
}

/* The part after `controller`: of a line of /proc/self/cgroup; "" where there is none. Of version 2
 * the controller is "". */
static const char *group_path(arena *a, const char *controller) {
  char line[512];
  const char *found = "";
  const char *mark = arena_format(a, ":%s:", controller);
  FILE *file = fopen("/proc/self/cgroup", "re");
  while (file && fgets(line, sizeof line, file)) {
    const char *at = strstr(line, mark);
    if (at)
      found = arena_format(a, "%.*s", (int)strcspn(at + strlen(mark), "\n"), at + strlen(mark));
  }
  if (file) fclose(file);
  return found;
}

/* The smaller of what a file says in the own group and in the group that is seen as the root, as in
 * containers; INFINITY: no limit. divide: the file has two numbers, a part and its whole. */
static double group_limit(arena *a, const char *root, const char *group, const char *name,
                          bool divide) {
  const char *const groups[] = {"", group};
  double least = INFINITY;
  for (size_t i = 0; i < 2; i++) {
    double one = INFINITY, two = 1;
    const int count = read_numbers(arena_format(a, "%s%s/%s", root, groups[i], name), &one, &two);
    if (count < (divide ? 2 : 1) || one <= 0) continue;
    least = fmin(least, divide ? one / two : one);
  }
  return least;
}

static double group_processors(arena *a) {
  const char *const root = "/sys/fs/cgroup";
  const double now = group_limit(a, root, group_path(a, ""), "cpu.max", true);
  const char *before = group_path(a, "cpu,cpuacct");
  const double part = group_limit(a, "/sys/fs/cgroup/cpu", before, "cpu.cfs_quota_us", false);
  const double whole = group_limit(a, "/sys/fs/cgroup/cpu", before, "cpu.cfs_period_us", false);
  return fmin(now, isfinite(part) && isfinite(whole) ? part / whole : INFINITY);
}

static double group_memory(arena *a) {
  const double now = group_limit(a, "/sys/fs/cgroup", group_path(a, ""), "memory.max", false);
  return fmin(now, group_limit(a, "/sys/fs/cgroup/memory", group_path(a, "memory"),
                               "memory.limit_in_bytes", false));
}

/* ---- processors, memory ---------------------------------------------------------------------- */

static void look_at_processors(doctor *d) {
  cpu_set_t set;
  const double online = (double)threads_processors(), group = group_processors(d->a);
  const double allowed =
      sched_getaffinity(0, sizeof set, &set) == 0 ? (double)CPU_COUNT(&set) : online;
  const double usable = fmax(1, floor(fmin(allowed, group)));
  if (usable >= online)
    doctor_say(d, DOCTOR_OK, "processors", "%.0f, so -j is %.0f by default", online, online);
  else
    doctor_say(d, DOCTOR_NOTE, "processors",
               "%.0f, but this process may use %.3g of them. The default -j %.0f is too many: give "
               "-j %.0f",
               online, fmin(allowed, group), online, usable);
}

static double meminfo(const char *name) {
  char line[256];
  double found = 0;
  const size_t length = strlen(name);
  FILE *file = fopen("/proc/meminfo", "re");
  while (file && fgets(line, sizeof line, file))
    if (strncmp(line, name, length) == 0 && line[length] == ':')
      found = strtod(line + length + 1, NULL) * 1024;
  if (file) fclose(file);
  return found;
}

static void look_at_memory(doctor *d) {
  const double all = meminfo("MemTotal"), free = meminfo("MemAvailable");
  const double group = group_memory(d->a), usable = fmin(free, group);
  const bool little = usable < 500e6 * (double)threads_processors();
  const char *limit = group < all ? arena_format(d->a, ", %s of them for this group of processes",
                                                 screen_bytes(d->a, group))
                                  : "";
  doctor_say(d, little ? DOCTOR_NOTE : DOCTOR_OK, "memory", "%s, %s free%s%s",
             screen_bytes(d->a, all), screen_bytes(d->a, free), limit,
             little ? ". Large networks may need more than there is for each worker: give a "
                      "smaller -j"
                    : "");
}

/* ---- limits ---------------------------------------------------------------------------------- */

/* A limit below `least` is a problem, one below `some` a note. */
typedef struct limit_rule {
  int resource;
  const char *name, *option; /* of ulimit */
  double least, some;
} limit_rule;

static void look_at_limits(doctor *d) {
  static const limit_rule RULES[] = {{RLIMIT_NOFILE, "open files", "-n", 64, 256},
                                     {RLIMIT_NPROC, "processes", "-u", 16, 128},
                                     {RLIMIT_AS, "bytes of address space", "-v", 300e6, INFINITY},
                                     {RLIMIT_FSIZE, "bytes of a file", "-f", 1e6, INFINITY},
                                     {RLIMIT_CPU, "seconds of a process", "-t", 60, INFINITY}};
  const char *good = "";
  for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++) {
    const limit_rule *rule = &RULES[i];
    struct rlimit now;
    if (getrlimit((__rlimit_resource_t)rule->resource, &now) != 0) continue;
    if (now.rlim_cur == RLIM_INFINITY) continue;
    const double limit = (double)now.rlim_cur;
    const char *text = arena_format(d->a, "%.0f %s", limit, rule->name);
    if (limit >= rule->some)
      good = arena_format(d->a, "%s%s%s", good, *good ? ", " : "", text);
    else
      doctor_say(d, limit < rule->least ? DOCTOR_PROBLEM : DOCTOR_NOTE, "limit",
                 "%s. Raise it with ulimit %s", text, rule->option);
  }
  doctor_say(d, DOCTOR_OK, "limits", "%s", *good ? good : "no others");
}

static void look_at_core_files(doctor *d) {
  struct rlimit now;
  if (getrlimit(RLIMIT_CORE, &now) != 0) return;
  doctor_say(d, DOCTOR_OK, "core files", "%s",
             now.rlim_cur ? "a plugin that crashes leaves one"
                          : "off; ulimit -c unlimited gives one of a plugin that crashes");
}

/* ---- workers --------------------------------------------------------------------------------- */

/* The command line of a process, its words separated by NUL; *length 0: it has none. */
static void read_command(const char *process, char *text, size_t room, size_t *length) {
  char path[300];
  snprintf(path, sizeof path, "/proc/%s/cmdline", process);
  FILE *file = fopen(path, "re");
  *length = file ? fread(text, 1, room - 1, file) : 0;
  text[*length] = 0;
  if (file) fclose(file);
}

static bool is_hifm(const char *process) {
  char text[4096];
  size_t length;
  read_command(process, text, sizeof text, &length);
  const char *slash = strrchr(text, '/');
  return length && strcmp(slash ? slash + 1 : text, "hifm") == 0;
}

static bool is_worker(const char *process) {
  char text[4096];
  size_t length;
  read_command(process, text, sizeof text, &length);
  const size_t first = strlen(text) + 1;
  return first < length && strcmp(text + first, "worker") == 0 && is_hifm(process);
}

static long parent_of(const char *process) {
  char path[300], text[1024];
  long parent = 0;
  snprintf(path, sizeof path, "/proc/%s/stat", process);
  FILE *file = fopen(path, "re");
  text[file ? fread(text, 1, sizeof text - 1, file) : 0] = 0;
  if (file) fclose(file);
  const char *end = strrchr(text, ')'); /* the name before it may have any letters */
  if (end) sscanf(end + 1, " %*c %ld", &parent);
  return parent;
}

static void look_at_workers(doctor *d) {
  const value *names;
  size_t running = 0, lost = 0;
  const char *list = "";
  if (folders_list(d->a, "/proc", &names, NULL) != STATUS_OK) return;
  for (size_t i = 0; i < names->count; i++) {
    const char *process = names->items[i]->text;
    if (process[strspn(process, "0123456789")] || !is_worker(process)) continue;
    const bool orphan = !is_hifm(arena_format(d->a, "%ld", parent_of(process)));
    running += !orphan;
    if (orphan && lost++ < 8) list = arena_format(d->a, "%s %s", list, process);
  }
  if (lost)
    doctor_say(d, DOCTOR_NOTE, "workers",
               "%zu without a hifm that started them:%s. They end by themselves within seconds, "
               "else: kill%s",
               lost, list, list);
  else
    doctor_say(d, DOCTOR_OK, "workers", "%zu running", running);
}

void doctor_look_at_machine(doctor *d) {
  look_at_processors(d);
  look_at_memory(d);
  look_at_limits(d);
  look_at_core_files(d);
  look_at_workers(d);
}
