/* clones.h - a loop compiled twice: for processors with AVX2 and BMI2, and for any. The program picks when it starts.
 *
 * Only for loops over integers, and over doubles element by element: both forms then give the same bytes (the Makefile forbids fused
 * multiply-adds). -DLUCID_PLAIN forces the plain form. */
#ifndef BASE_CLONES_H
#define BASE_CLONES_H

/* Sanitizers run before the processor is known, and trip over resolvers. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define PLAIN_BUILD 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define PLAIN_BUILD 1
#endif
#endif
/* clang 14 gives a cloned function's resolver another name than callers in other files look for. */
#if defined(__x86_64__) && defined(__ELF__) && !defined(__clang__) && !defined(PLAIN_BUILD) && !defined(LUCID_PLAIN)
#define CLONES __attribute__((target_clones("arch=x86-64-v3", "default"))) /* AVX2, and counting and masking bits in one instruction */
#else
#define CLONES
#endif

#endif
