/* BLAKE2b (RFC 7693), unkeyed: identities of runs, checksums of files. `b2sum -l 256` agrees. */
#ifndef BASE_BLAKE2B_H
#define BASE_BLAKE2B_H

#include <stddef.h>
#include <stdint.h>

typedef struct blake2b {
  uint64_t state[8], count;
  unsigned char block[128];
  size_t filled, length;
} blake2b;

void blake2b_begin(blake2b *hash, size_t digest_length); /* 1 to 64 bytes */
void blake2b_add(blake2b *hash, const void *bytes, size_t length);
void blake2b_end(blake2b *hash, unsigned char *digest);

/* Ends a hash that was begun with BLAKE2B_HEX bytes: 32 hex digits and a NUL. */
enum { BLAKE2B_HEX = 16 };
void blake2b_end_hex(blake2b *hash, char hex[33]);

/* The 128-bit digest of bytes as 32 hex digits and a NUL. */
void blake2b_hex(const void *bytes, size_t length, char hex[33]);

#endif
