#include "plan/source_lines.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

/* A position in Lua source. */
typedef struct cursor {
  const char *at;
  size_t line;
  int depth;  /* of braces */
  char quote; /* the open one, so that "--" in a string begins no comment */
} cursor;

static bool is_word(char c) {
  return isalnum((unsigned char)c) || c == '_';
}

static void step(cursor *c) {
  if (*c->at == '\n') c->line++;
  c->at++;
}

/* The level of a long bracket "[[" or "[==[" that begins here, or -1. */
static int bracket_level(const char *at) {
  int level = 0;
  if (*at++ != '[') return -1;
  while (*at == '=') at++, level++;
  return *at == '[' ? level : -1;
}

static void skip_long(cursor *c, int level) {
  for (; *c->at; step(c)) {
    if (*c->at != ']') continue;
    const char *end = c->at + 1;
    int equals = 0;
    while (*end == '=') end++, equals++;
    if (*end != ']' || equals != level) continue;
    c->at = end + 1;
    return;
  }
}

static void skip_comment(cursor *c) {
  c->at += 2;
  int level = bracket_level(c->at);
  if (level >= 0)
    skip_long(c, level);
  else
    while (*c->at && *c->at != '\n') c->at++;
}

/* Over one character that is not part of a word. */
static void step_over(cursor *c) {
  if (c->quote) {
    if (*c->at == '\\' && c->at[1])
      c->at++;
    else if (*c->at == c->quote || *c->at == '\n')
      c->quote = 0;
  } else if (*c->at == '"' || *c->at == '\'') {
    c->quote = *c->at;
  } else {
    c->depth += *c->at == '{';
    c->depth -= *c->at == '}';
  }
  step(c);
}

/* The next word outside comments; words in strings count, they name plugins. */
static bool next_word(cursor *c, const char **word, size_t *length) {
  while (*c->at && !is_word(*c->at)) {
    if (!c->quote && strncmp(c->at, "--", 2) == 0)
      skip_comment(c);
    else
      step_over(c);
  }
  *word = c->at;
  while (is_word(*c->at)) c->at++;
  *length = (size_t)(c->at - *word);
  return *length > 0;
}

/* Finds the parts one after the other; the line of the last one found. The first one is at most
 * `depth` deep in braces. */
static size_t follow(const char *text, const char *path, int depth, size_t *found) {
  cursor c = {.at = text, .line = 1};
  size_t line = 0, length, part = strcspn(path, ".");
  const char *word;
  *found = 0;
  while (part && next_word(&c, &word, &length)) {
    if (length != part || memcmp(word, path, part) != 0 || (!*found && c.depth > depth)) continue;
    line = c.line;
    ++*found;
    path += part;
    if (*path == '.') path++;
    part = strcspn(path, ".");
  }
  return line;
}

/* The least depth of the word in braces: "train" is a section before it is a setting of the data
 * set. */
static int least_depth(const char *text, const char *wanted, size_t part) {
  cursor c = {.at = text, .line = 1};
  int least = INT_MAX;
  size_t length;
  const char *word;
  while (next_word(&c, &word, &length))
    if (length == part && memcmp(word, wanted, part) == 0 && c.depth < least) least = c.depth;
  return least;
}

static size_t count_parts(const char *path) {
  size_t parts = *path != 0;
  for (; *path; path++) parts += *path == '.';
  return parts;
}

/* The path at the start of a message, "" when it begins with no path. */
static void path_of(const char *message, char *path, size_t room) {
  size_t length = 0;
  while (is_word(message[length]) || message[length] == '.') length++;
  if (message[length] != ':' || length >= room) length = 0;
  memcpy(path, message, length);
  path[length] = 0;
}

size_t source_lines_line(const char *text, const char *path, size_t *found) {
  size_t others;
  size_t line = follow(text, path, least_depth(text, path, strcspn(path, ".")), found);
  if (*found == count_parts(path)) return line;
  size_t other = follow(text, path, INT_MAX, &others);
  if (others <= *found) return line;
  *found = others;
  return other;
}

static size_t whole_path(const source_text *source, const char *path) {
  size_t found, line = source_lines_line(source->text, path, &found);
  return found && found == count_parts(path) ? line : 0;
}

void source_lines_error(const source_text *sources, size_t count, failure *err) {
  char path[200];
  size_t chosen = 0, line = 0, found;
  if (!err || count == 0) return;
  path_of(err->message, path, sizeof path);
  const char *dot = strchr(path, '.');
  for (size_t i = 0; i < count && !line; i++) {
    line = whole_path(&sources[i], path);
    if (!line && i > 0 && dot) line = whole_path(&sources[i], dot + 1);
    chosen = line ? i : 0;
  }
  if (!line) line = source_lines_line(sources[0].text, path, &found);
  if (!line) line = source_lines_line(sources[0].text, "experiment", &found);
  failure inner = *err;
  failure_set(err, inner.status, "%s:%zu: %s", sources[chosen].path, line ? line : 1,
              inner.message);
}

bool source_lines_lack_comma(const char *message) {
  const char *token = strstr(message, "'}' expected");
  token = token ? strstr(token, " near '") : NULL;
  return token && (isalnum((unsigned char)token[7]) || strchr("_\"'{[", token[7]));
}
