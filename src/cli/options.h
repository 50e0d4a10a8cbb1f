/* options.h - words of a command line into arguments and options, by the verb's own table. Options may stand anywhere;
 * `--` ends them; `--name value` and `--name=value` are the same. An unknown option names the nearest known one. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "cli/cli.h"

struct option_row { /* one line of struct verb.options, taken apart */
  struct span name, value; /* value.len 0 = a flag */
  bool repeated;
  struct span words;
};

extern const char options_global[]; /* what every verb takes */

/* The next row of an option table; false at its end. *at moves on. */
bool options_next(const char **at, struct option_row *row);
enum status options_read(struct cli *c, int argc, char **argv, struct err *e) MUST_CHECK;
/* The name in a list nearest to `word` (edit distance at most 2 and less than half), or NULL. */
const char *options_nearest(const char *word, const char *const *names, int count);

#endif
