/* Settings of a plugin: a table of hifm_param says their names, ranges and defaults, and where each
 * one is stored in the instance. Scripts, help pages and identities of runs follow from the table.
 *
 *   static const hifm_param params[] = {
 *       HIFM_PARAM_REAL(morse, depth, 1, 0, DBL_MAX, "depth of the well"),
 *       HIFM_PARAM_END};
 *
 * Each macro takes the struct, its field (whose name is the setting's name), the default, the range
 * and the meaning. A field of another C type is a compile error at that line. NAN as the default of
 * a number means that the setting must be given. */
#ifndef HIFM_SETTINGS_H
#define HIFM_SETTINGS_H

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum hifm_kind { HIFM_ENERGY = 1, HIFM_FLOW, HIFM_NETWORK, HIFM_SOLVER } hifm_kind;

/* The type says which C type the field has. */
typedef enum hifm_param_type {
  HIFM_REAL,   /* double */
  HIFM_COUNT,  /* uint64_t, at most 2^53 */
  HIFM_FLAG,   /* bool */
  HIFM_CHOICE, /* uint32_t, the index into choices */
  HIFM_TEXT,   /* const char * */
  HIFM_REF,    /* hifm_bound (plugin.h), another plugin of the kind `kind` with its own settings */
  HIFM_FILE,   /* hifm_file; its content is part of a run's identity, its path is not */
  HIFM_LIST    /* hifm_list of reals */
} hifm_param_type;

/* What pointers in settings lead to is owned by the host and lives as long as the instance. */
typedef struct hifm_file {
  const char *path;           /* in a script: relative to the script's folder */
  const unsigned char *bytes; /* the whole content, and a 0 after it */
  size_t length;              /* without that 0 */
} hifm_file;

typedef struct hifm_list {
  const double *items;
  size_t count; /* may be 0 */
} hifm_list;

typedef struct hifm_param {
  const char *name, *meaning; /* name NULL ends a table */
  size_t offset;
  hifm_param_type type;
  double default_value;       /* REAL, COUNT, FLAG (0 or 1), CHOICE (index); NAN: must be given */
  double low, high;           /* REAL, COUNT, each item of a LIST: both ends are allowed */
  const char *const *choices; /* CHOICE: ended by NULL */
  const char *text;           /* TEXT, REF: default; NULL: must be given */
  hifm_kind kind;             /* REF */
  hifm_list list;             /* LIST: default; items NULL: must be given */
} hifm_param;

#define HIFM_POSITIVE DBL_MIN /* as low: "> 0" */

/* The offset of a field, where it has the type `T`. */
#ifdef __cplusplus
#define HIFM_FIELD(S, field, T) (offsetof(S, field) + 0 * sizeof(static_cast<T S::*>(&S::field)))
#else
#define HIFM_FIELD(S, field, T) _Generic(((S *)0)->field, T : offsetof(S, field))
#endif

#define HIFM_PARAM_REAL(S, field, default_, low_, high_, meaning_)                                 \
  {                                                                                                \
    .name = #field, .meaning = meaning_, .offset = HIFM_FIELD(S, field, double),                   \
    .type = HIFM_REAL, .default_value = default_, .low = low_, .high = high_                       \
  }
#define HIFM_PARAM_COUNT(S, field, default_, low_, high_, meaning_)                                \
  {                                                                                                \
    .name = #field, .meaning = meaning_, .offset = HIFM_FIELD(S, field, uint64_t),                 \
    .type = HIFM_COUNT, .default_value = default_, .low = low_, .high = high_                      \
  }
#define HIFM_PARAM_FLAG(S, field, default_, meaning_)                                              \
  {                                                                                                \
    .name = #field, .meaning = meaning_, .offset = HIFM_FIELD(S, field, bool), .type = HIFM_FLAG,  \
    .default_value = default_, .high = 1                                                           \
  }
#define HIFM_PARAM_CHOICE(S, field, default_, choices_, meaning_)                                  \
  {                                                                                                \
    .name = #field, .meaning = meaning_, .offset = HIFM_FIELD(S, field, uint32_t),                 \
    .type = HIFM_CHOICE, .default_value = default_, .choices = choices_                            \
  }
#define HIFM_PARAM_TEXT(S, field, default_, meaning_)                                              \
  {                                                                                                \
    .name = #field, .meaning = meaning_, .offset = HIFM_FIELD(S, field, const char *),             \
    .type = HIFM_TEXT, .text = default_                                                            \
  }
/* The default is a plugin's name, or NULL. */
#define HIFM_PARAM_REF(S, field, kind_, default_, meaning_)                                        \
  {                                                                                                \
    .name = #field, .meaning = meaning_, .offset = HIFM_FIELD(S, field, hifm_bound),               \
    .type = HIFM_REF, .text = default_, .kind = kind_                                              \
  }
/* A file has no default: it must be given. */
#define HIFM_PARAM_FILE(S, field, meaning_)                                                        \
  {                                                                                                \
    .name = #field, .meaning = meaning_, .offset = HIFM_FIELD(S, field, hifm_file),                \
    .type = HIFM_FILE                                                                              \
  }
/* The default is an array with its count; NULL, 0: must be given. */
#define HIFM_PARAM_LIST(S, field, items_, count_, low_, high_, meaning_)                           \
  {                                                                                                \
    .name = #field, .meaning = meaning_, .offset = HIFM_FIELD(S, field, hifm_list),                \
    .type = HIFM_LIST, .low = low_, .high = high_, .list = {                                       \
      items_,                                                                                      \
      count_                                                                                       \
    }                                                                                              \
  }
#define HIFM_PARAM_END                                                                             \
  { .name = NULL }

#ifdef __cplusplus
}
#endif
#endif
