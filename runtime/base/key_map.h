/* A hash map from keys to numbers: where is the item with this key? A key is any bytes. */
#ifndef BASE_KEY_MAP_H
#define BASE_KEY_MAP_H

#include "base/memory.h"

#include <stdint.h>

typedef struct key_map {
  arena *memory;
  struct key_entry *entries; /* [room], a power of two; at most half are in use */
  size_t room, count;
} key_map;

#define KEY_MAP_ABSENT SIZE_MAX /* the number of a key that is not in the map */

/* An empty map; all that it takes lives in the arena. */
key_map key_map_new(arena *a);

/* The number of a key, or KEY_MAP_ABSENT. */
size_t key_map_get(const key_map *map, const void *key, size_t length);
size_t key_map_get_text(const key_map *map, const char *key);

/* Sets the number of a key. The key is copied. */
void key_map_put(key_map *map, const void *key, size_t length, size_t number);
void key_map_put_text(key_map *map, const char *key, size_t number);

#endif
