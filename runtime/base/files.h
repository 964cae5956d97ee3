/* Files that are never torn: a reader sees the old content or the new one. */
#ifndef BASE_FILES_H
#define BASE_FILES_H

#include "base/memory.h"
#include "hifm/status.h"

#include <stdbool.h>
#include <stdint.h>

/* Creates path and its parents. HIFM_CANNOT_CREATE / HIFM_NO_PERMISSION name the part that failed.
 */
hifm_status files_make_folder(const char *path, hifm_error *err);

/* Creates a new folder of this call alone, name-XXXXXX in TMPDIR (or /tmp); whoever asked removes
 * it. HIFM_CANNOT_CREATE, HIFM_NO_PERMISSION or HIFM_IO_FAILED (disk full). */
hifm_status files_make_temporary(arena *a, const char *name, const char **path, hifm_error *err);

/* Writes a temporary file beside path, fsync, rename, fsync of the folder. HIFM_IO_FAILED (disk
 * full, EIO), HIFM_CANNOT_CREATE or HIFM_NO_PERMISSION; on failure path is untouched and the
 * temporary file is gone. */
hifm_status files_write(const char *path, const void *bytes, size_t length, hifm_error *err);

/* The same for content written piece by piece (large arrays). commit or abandon ends it. */
typedef struct files_writer {
  int fd;
  char path[4096], temporary[4128];
} files_writer;
hifm_status files_begin(files_writer *writer, const char *path, hifm_error *err);
hifm_status files_append(files_writer *writer, const void *bytes, size_t length, hifm_error *err);
hifm_status files_commit(files_writer *writer, hifm_error *err);
void files_abandon(files_writer *writer);

/* The whole file, with a NUL after it; released with free(). HIFM_NO_INPUT when it is not there;
 * HIFM_BAD_INPUT when it is longer than limit; HIFM_IO_FAILED when the disk is broken. */
hifm_status files_read(const char *path, size_t limit, char **bytes, size_t *length,
                       hifm_error *err);

/* A read-only mapping of a whole file; files_map_close also takes a zeroed one. */
typedef struct files_map {
  const unsigned char *bytes;
  size_t length;
} files_map;
hifm_status files_map_open(files_map *map, const char *path, hifm_error *err);
void files_map_close(files_map *map);

bool files_exists(const char *path);

/* Removes a folder of plain files and folders, following no link. Missing is not an error. */
hifm_status files_remove(const char *path, hifm_error *err);

/* Takes the kernel lock on folder/.lock for the life of the process (a killed holder leaves none).
 * HIFM_BUSY names pid and host of the holder; HIFM_NO_PERMISSION or HIFM_CANNOT_CREATE where the
 * folder cannot be written. */
hifm_status files_lock(const char *folder, hifm_error *err);

/* Marks a file as used by this process until it ends, however it ends; and is a file marked by any?
 * What cannot be marked (it is gone, or the file system knows no locks) is not used. */
void files_use(const char *path);
bool files_is_used(const char *path);

/* Free bytes of the file system that holds path (or its nearest existing parent); 0 when unknown.
 */
uint64_t files_free_bytes(const char *path);

#endif
