/* say.h - the sentences of the command line in the person's language.
 *
 * The English sentence is itself the key: code reads as before, and a sentence that nobody has translated yet appears in English.
 * A translation takes the same values in the same order (a test compares them). Only words for people go through here: headings and
 * values in CSV and JSON stay English, so that programs find the same names everywhere. */
#ifndef CLI_SAY_H
#define CLI_SAY_H

#include "cli/cli.h"

/* The sentence in `lang`: a format when `english` is one. Never NULL. */
const char *say_in(enum language lang, const char *english) __attribute__((format_arg(2)));
const char *say(const struct cli *c, const char *english) __attribute__((format_arg(2)));
/* Every pair, for tests: false past the end. */
bool say_pair(size_t i, const char **english, const char **chinese);

#endif
