/* For tests of readers of gzip'ed files: files packed by zlib itself, and the memory that reading
 * them took. Include after cmocka.h. */
#ifndef TESTS_GZIP_H
#define TESTS_GZIP_H

#include <sys/resource.h>
#include <zlib.h>

static void gzip_begin(z_stream *z, void *out, size_t room) {
  *z = (z_stream){.next_out = out, .avail_out = (uInt)room};
  assert_int_equal(deflateInit2(z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
}

static void gzip_add(z_stream *z, const void *bytes, size_t count, int flush) {
  z->next_in = (Bytef *)(uintptr_t)bytes;
  z->avail_in = (uInt)count;
  const int code = deflate(z, flush);
  assert_int_equal(code, flush == Z_FINISH ? Z_STREAM_END : Z_OK);
  assert_int_equal(z->avail_in, 0);
}

/* One member of these bytes; its length. */
static size_t gzip_member(void *out, size_t room, const void *bytes, size_t count) {
  z_stream z;
  gzip_begin(&z, out, room);
  gzip_add(&z, bytes, count, Z_FINISH);
  deflateEnd(&z);
  return z.total_out;
}

/* The most memory this process has held, in bytes. */
static long peak(void) {
  struct rusage usage;
  assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
  return usage.ru_maxrss * 1024;
}

#endif
