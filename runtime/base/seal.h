/* A text that carries the hash of itself: 32 hex digits after a mark. The hash is BLAKE2b-128 of
 * the text with zeros in place of these digits, and of bytes that may follow it. A reader of
 * damaged bytes then finds that they are not the ones that were written. */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include "base/blake2b.h"

#include <stdbool.h>

/* The digits that a text has before it is sealed. */
#define SEAL_ZEROS "00000000000000000000000000000000"

/* The first 32 hex digits after `mark`, with a quotation mark behind them; NULL where the text
 * [length] has none. */
const char *seal_find(const char *text, size_t length, const char *mark);

/* Begins the hash of a text whose digits (seal_find) are to be left out. What follows the text is
 * added with blake2b_add. */
void seal_begin(blake2b *hash, const char *text, size_t length, const char *digits);

/* Ends the hash and writes it over the digits. */
void seal_close(blake2b *hash, char *digits);

/* Ends the hash: are the digits its own? */
bool seal_fits(blake2b *hash, const char *digits);

#endif
