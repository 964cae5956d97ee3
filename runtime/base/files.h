/* Files that are never torn: a reader sees the old content or the new one. */
#ifndef BASE_FILES_H
#define BASE_FILES_H

#include "base/failure.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>

/* Creates path and its parents. STATUS_CANNOT_CREATE / STATUS_NO_PERMISSION name the part that
 * failed.
 */
status_code files_make_folder(const char *path, failure *err);

/* Creates a new folder for this call alone, name-XXXXXX in TMPDIR (or /tmp); the caller removes
 * it. Those that killed processes have left are removed. STATUS_CANNOT_CREATE, STATUS_NO_PERMISSION
 * or STATUS_IO_FAILED (disk full). */
status_code files_make_temporary(arena *a, const char *name, const char **path, failure *err);

/* Writes a temporary file beside path, fsync, rename, fsync of the folder. STATUS_IO_FAILED (disk
 * full, EIO), STATUS_NO_RESOURCE (descriptors, memory), STATUS_CANNOT_CREATE or
 * STATUS_NO_PERMISSION; on failure path is untouched and the temporary file is gone. */
status_code files_write(const char *path, const void *bytes, size_t length, failure *err);

/* The same without waiting for the disk: a kill leaves the old content or the new one, a power cut
 * may leave an empty file, until files_sync. */
status_code files_write_unsynced(const char *path, const void *bytes, size_t length, failure *err);
status_code files_sync(const char *path, failure *err);

/* The same for content written piece by piece (large arrays). commit or abandon ends it. */
typedef struct files_writer {
  int fd;
  char path[4096], temporary[4128];
} files_writer;
status_code files_begin(files_writer *writer, const char *path, failure *err);
status_code files_append(files_writer *writer, const void *bytes, size_t length, failure *err);
status_code files_commit(files_writer *writer, failure *err);
void files_abandon(files_writer *writer);

/* Opens a file to add to its end; not through a symbolic link. The caller closes *fd. Failures as
 * in files_write. */
status_code files_open_to_append(const char *path, int *fd, failure *err);

/* Opens a file to read it; not a folder, a pipe or a device. The caller closes *fd. *size: of the
 * file, now. Failures as in files_read. */
status_code files_open_to_read(const char *path, int *fd, size_t *size, failure *err);

/* Writes all bytes to a descriptor; returns 0 or the errno of the failure. */
int files_write_all(int fd, const void *bytes, size_t length);

/* The whole file, with a NUL after it; released with free(). STATUS_NO_INPUT when it is not there;
 * STATUS_BAD_INPUT when it is longer than limit; STATUS_IO_FAILED when the disk is broken. */
status_code files_read(const char *path, size_t limit, char **bytes, size_t *length, failure *err);

/* The status of a failure of the file system; code: of errno. It distinguishes a full or broken
 * disk and a lack of resources from what the caller asked for, for which there is `otherwise`. */
status_code files_status(int code, status_code otherwise);

/* The failure of another way to read `path`, with the same status codes; code: of errno. Only what
 * the path names is STATUS_BAD_INPUT (a folder, a link to itself): what cannot be read now may be
 * whole. */
status_code files_cannot_read(failure *err, const char *path, int code);

/* Is a file with this failure missing or damaged? With any other one it may be whole, and only
 * cannot be read now. */
bool files_is_lost(status_code status);

/* A read-only mapping of a whole file; files_map_close also takes a zeroed one. */
typedef struct files_map {
  const unsigned char *bytes;
  size_t length;
} files_map;
status_code files_map_open(files_map *map, const char *path, failure *err);
void files_map_close(files_map *map);

bool files_exists(const char *path);

/* Removes a folder of plain files and folders, following no link. Missing is not an error. */
status_code files_remove(const char *path, failure *err);

/* Takes the kernel lock on folder/.lock for the life of the process (a killed holder leaves none).
 * STATUS_BUSY names pid and host of the holder; STATUS_NO_PERMISSION or STATUS_CANNOT_CREATE where
 * the folder cannot be written. */
status_code files_lock(const char *folder, failure *err);

/* Gives that lock back. */
void files_unlock(void);

/* Marks a file as used by this process until it ends, however it ends; and is a file marked by any?
 * What cannot be marked (it is gone, or the file system knows no locks) is not used. */
void files_use(const char *path);
bool files_is_used(const char *path);

#endif
