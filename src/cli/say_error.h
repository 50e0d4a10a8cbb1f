/* say_error.h - errors in the person's language: what the rooms below say in English, told again by its pattern.
 *
 * Errors are made far below, with names, places and numbers in them; the person who reads them has a form in hand. So a sentence is recognised by its fixed words
 * (`{} is not one of the choices`), what stands between them is carried over, itself translated where it is a sentence too (a reason inside a place inside a
 * file), and a sentence that no pattern fits appears in English. Nothing below knows of this; a new pattern is one line.
 * Cost: some microseconds; only on the way out. */
#ifndef CLI_SAY_ERROR_H
#define CLI_SAY_ERROR_H

#include <stddef.h>

#include "programme/programme.h"

/* The sentence in `lang`, in out[size]; cut at a character's edge. */
void say_error(enum language lang, const char *english, char *out, size_t size);
/* Every pattern, for tests: false past the end. */
bool say_error_pair(size_t i, const char **english, const char **chinese);

#endif
