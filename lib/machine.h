/* Functions whose loops are worth compiling once for each width of vectors. */
#ifndef ICL_MACHINE_H
#define ICL_MACHINE_H

/* The version is chosen when the library is loaded; the bits are the same, as nothing is contracted. ThreadSanitizer
 * cannot stand the resolver that gcc makes for it. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__) && \
    !defined(__SANITIZE_THREAD__)
#define ICL__FOR_EACH_MACHINE __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define ICL__FOR_EACH_MACHINE
#endif

#endif
