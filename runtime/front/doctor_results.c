#include "base/files.h"
#include "base/folders.h"
#include "base/text.h"
#include "front/doctor.h"
#include "front/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* ---- can it be written? ---------------------------------------------------------------------- */

static bool is_folder(const char *path) {
  struct stat facts;
  return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

/* Root may write where the file system does not let it: only a file shows that. 0 or an errno. */
static int try_to_write(arena *a, const char *folder) {
  char *path = arena_format(a, "%s/.doctor-XXXXXX", folder);
  const int fd = mkostemp(path, O_CLOEXEC);
  if (fd < 0) return errno;
  unlink(path);
  close(fd);
  return 0;
}

/* The folder itself, or the nearest one above it that exists. */
static const char *existing_part(arena *a, const char *path) {
  char *part = arena_text(a, path);
  while (!files_exists(part)) {
    char *slash = strrchr(part, '/');
    if (!slash) return ".";
    if (slash == part) return "/";
    *slash = 0;
  }
  return part;
}

static bool look_at_folder(doctor *d, const char *place) {
  const bool exists = strcmp(place, d->out) == 0;
  const int code = is_folder(place) ? try_to_write(d->a, place) : ENOTDIR;
  if (code)
    doctor_say(d, DOCTOR_PROBLEM, "results",
               "%s: cannot write into %s: %s. Choose another folder with --out, or correct its "
               "permissions",
               d->out, exists ? "it" : place, strerror(code));
  else
    doctor_say(d, DOCTOR_OK, "results", "%s %s", d->out,
               exists ? "can be written" : "does not exist; hifm run makes it");
  return code == 0;
}

/* ---- its disk -------------------------------------------------------------------------------- */

static void look_at_space(doctor *d, const char *place) {
  const double free = (double)folders_free_bytes(place);
  if (free <= 0) return; /* not known */
  const doctor_verdict verdict = free < 100e6 ? DOCTOR_PROBLEM
                                 : free < 2e9 ? DOCTOR_NOTE
                                              : DOCTOR_OK;
  doctor_say(d, verdict, "disk", "%s free%s", screen_bytes(d->a, free),
             verdict == DOCTOR_OK ? "" : ". hifm run SCRIPT --dry-run says how much a grid needs");
}

static void look_at_file_system(doctor *d, const char *place) {
  static const struct {
    unsigned type;
    const char *name, *hint; /* hint NULL: nothing to say */
  } KINDS[] = {
      {0xef53, "ext4", NULL},
      {0x58465342, "xfs", NULL},
      {0x9123683e, "btrfs", NULL},
      {0x2fc12fc1, "zfs", NULL},
      {0x794c7630, "overlay", "it may vanish with its container: mount a volume there"},
      {0x01021994, "tmpfs", "it is memory, and lost when the machine stops"},
      {0x6969, "NFS", "another machine's hifm may not see the lock: use one machine at a time"},
      {0xff534d42, "CIFS",
       "another machine's hifm may not see the lock: use one machine at a time"},
      {0xfe534d42, "SMB", "another machine's hifm may not see the lock: use one machine at a time"},
      {0x01021997, "9p", "locks may not work there: use one hifm at a time"},
      {0x65735546, "FUSE", "locks may not work there: use one hifm at a time"},
      {0x0bd00bd0, "Lustre", "locks work only where it is mounted with flock"},
  };
  struct statfs facts;
  if (statfs(place, &facts) != 0) return;
  for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
    if ((unsigned)facts.f_type != KINDS[i].type) continue;
    doctor_say(d, KINDS[i].hint ? DOCTOR_NOTE : DOCTOR_OK, "file sys", "%s%s%s", KINDS[i].name,
               KINDS[i].hint ? ": " : "", KINDS[i].hint ? KINDS[i].hint : "");
    return;
  }
  doctor_say(d, DOCTOR_OK, "file sys", "type %#x", (unsigned)facts.f_type);
}

/* ---- who uses it ----------------------------------------------------------------------------- */

/* The process that has the lock, from the list of the kernel: taking the lock to see whether it is
 * free would refuse a hifm that starts at this moment. 0: none that this machine knows. */
static long lock_holder(const char *path) {
  struct stat facts;
  char line[256];
  long holder = 0;
  FILE *locks = stat(path, &facts) == 0 ? fopen("/proc/locks", "re") : NULL;
  while (locks && !holder && fgets(line, sizeof line, locks)) {
    long process;
    unsigned long inode;
    if (sscanf(line, "%*s FLOCK %*s WRITE %ld %*x:%*x:%lu", &process, &inode) == 2 &&
        inode == facts.st_ino)
      holder = process;
  }
  if (locks) fclose(locks);
  return holder;
}

static void look_at_lock(doctor *d) {
  const long holder = lock_holder(arena_format(d->a, "%s/.lock", d->out));
  if (holder)
    doctor_say(d, DOCTOR_NOTE, "lock",
               "process %ld uses %s: another hifm run there ends with exit code 75 until it ends",
               holder, d->out);
  else
    doctor_say(d, DOCTOR_OK, "lock", "no other hifm uses %s", d->out);
}

/* Folders of an interrupted --retrain. */
static void look_at_leftovers(doctor *d) {
  const value *names;
  size_t count = 0;
  const char *runs = arena_format(d->a, "%s/runs", d->out);
  failure why;
  if (folders_list(d->a, runs, &names, &why) != STATUS_OK) {
    doctor_say(d, DOCTOR_PROBLEM, "leftovers", "%s", why.message);
    return;
  }
  for (size_t i = 0; i < names->count; i++)
    count += text_ends_with(names->items[i]->text, ".new") ||
             text_ends_with(names->items[i]->text, ".old");
  if (count)
    doctor_say(d, DOCTOR_NOTE, "leftovers",
               "%zu folder%s of an interrupted --retrain in %s. The same hifm run with --retrain "
               "goes on; to drop it, remove the folders .new",
               count, text_plural(count), runs);
}

void doctor_look_at_results(doctor *d) {
  const char *place = existing_part(d->a, d->out);
  if (!look_at_folder(d, place)) return;
  look_at_space(d, place);
  look_at_file_system(d, place);
  if (strcmp(place, d->out) != 0) return;
  look_at_lock(d);
  look_at_leftovers(d);
}
