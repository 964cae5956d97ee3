#include "base/key_map.h"

#include <string.h>

enum { FIRST_ROOM = 16 };

typedef struct key_entry {
  const void *key; /* NULL: free */
  size_t length, number;
  uint64_t hash;
} key_entry;

/* FNV-1a; its low bits alone differ too little between short keys. */
static uint64_t hash_of(const void *key, size_t length) {
  const unsigned char *bytes = key;
  uint64_t hash = 0xcbf29ce484222325u;
  for (size_t i = 0; i < length; i++) hash = (hash ^ bytes[i]) * 0x100000001b3u;
  return hash ^ hash >> 32;
}

key_map key_map_new(arena *a) {
  return (key_map){.memory = a};
}

/* The entry of the key, or the free one where it belongs. */
static key_entry *entry_of(const key_map *map, const void *key, size_t length, uint64_t hash) {
  for (size_t i = hash & (map->room - 1);; i = (i + 1) & (map->room - 1)) {
    key_entry *e = &map->entries[i];
    if (!e->key) return e;
    if (e->hash != hash || e->length != length) continue;
    if (length == 0 || memcmp(e->key, key, length) == 0) return e;
  }
}

/* Old entries stay in the arena; doubling keeps that waste below what is in use. */
static void make_room(key_map *map) {
  const key_map old = *map;
  map->room = old.room ? 2 * old.room : FIRST_ROOM;
  map->entries = arena_get(map->memory, map->room * sizeof *map->entries);
  for (size_t i = 0; i < old.room; i++) {
    const key_entry *e = &old.entries[i];
    if (e->key) *entry_of(map, e->key, e->length, e->hash) = *e;
  }
}

size_t key_map_get(const key_map *map, const void *key, size_t length) {
  if (map->count == 0) return KEY_MAP_ABSENT;
  const key_entry *e = entry_of(map, key, length, hash_of(key, length));
  return e->key ? e->number : KEY_MAP_ABSENT;
}

size_t key_map_get_text(const key_map *map, const char *key) {
  return key_map_get(map, key, strlen(key));
}

void key_map_put(key_map *map, const void *key, size_t length, size_t number) {
  const uint64_t hash = hash_of(key, length);
  if (2 * map->count >= map->room) make_room(map);
  key_entry *e = entry_of(map, key, length, hash);
  if (!e->key) {
    void *copy = arena_get(map->memory, length); /* not NULL for a key of no bytes, too */
    if (length) memcpy(copy, key, length);
    *e = (key_entry){.key = copy, .length = length, .hash = hash};
    map->count++;
  }
  e->number = number;
}

void key_map_put_text(key_map *map, const char *key, size_t number) {
  key_map_put(map, key, strlen(key), number);
}
