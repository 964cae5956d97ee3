/* One portable binary, the best vector unit of the machine it runs on.
 *
 * LAYERS_CLONES(name, (parameters), (arguments)) defines `static void name` from an inline
 * `name_body`, compiled for AVX-512, for AVX2 with FMA, and for any processor. Products and sums
 * are fused where the body says fmaf and nowhere else, so all clones give the same bits. (The
 * compilers' target_clones cannot name AVX2 and FMA together.) */
#ifndef LAYERS_CLONES_H
#define LAYERS_CLONES_H

#define LAYERS_BODY static inline __attribute__((always_inline)) void

#ifdef __x86_64__
#define LAYERS_X86
#endif

/* 16 neighbours in an array, for sums that have to stay in registers: compilers do not see that in
 * a loop over a small array. Each clone divides it into the registers that it has. */
typedef float layers_vector __attribute__((vector_size(64), aligned(4), may_alias));

#ifdef LAYERS_X86
#define LAYERS_CLONES(name, parameters, arguments)                                                 \
  __attribute__((target("avx512f"))) static void name##_avx512 parameters {                        \
    name##_body arguments;                                                                         \
  }                                                                                                \
  __attribute__((target("avx2,fma"))) static void name##_avx2 parameters {                         \
    name##_body arguments;                                                                         \
  }                                                                                                \
  static void name parameters {                                                                    \
    if (__builtin_cpu_supports("avx512f"))                                                         \
      name##_avx512 arguments;                                                                     \
    else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))                      \
      name##_avx2 arguments;                                                                       \
    else                                                                                           \
      name##_body arguments;                                                                       \
  }
#else
#define LAYERS_CLONES(name, parameters, arguments)                                                 \
  static void name parameters {                                                                    \
    name##_body arguments;                                                                         \
  }
#endif

#endif
