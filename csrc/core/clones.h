// One source, several machine codes: the loader picks the widest one that this processor runs.
#pragma once

// Sanitizers instrument the resolver, which runs before their runtime is up: no clones there.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__ELF__) && !defined(EDGEWISE_NO_CLONES)
#define EDGEWISE_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define EDGEWISE_CLONES
#endif

// gcc peels loops of up to 16 turns before it looks for vectors, and finds none where a turn chooses.
#if defined(__GNUC__) && !defined(__clang__)
#define EDGEWISE_KEEP_LOOP _Pragma("GCC unroll 1")
#else
#define EDGEWISE_KEEP_LOOP
#endif
