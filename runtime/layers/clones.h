/* One portable binary, the best vector unit of the machine it runs on. Contraction is off, so all
 * clones of a function give the same bits. For static functions: clang gives the chooser of a
 * public one a name that other files do not know. */
#ifndef LAYERS_CLONES_H
#define LAYERS_CLONES_H

#if defined(__x86_64__) && !defined(HIFM_NO_CLONES)
#define LAYERS_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define LAYERS_CLONES
#endif

#endif
