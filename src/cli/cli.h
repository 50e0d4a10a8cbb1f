/* cli.h - the command line: one table of verbs, one way of reading options, one way of printing tables.
 *
 * Every verb is a `const struct verb verb_<name>` beside its function in cli/cmd_<name>.c, and one line in cli/verbs.h
 * that puts it into its group. Help, the manual page, shell completion and the reading of options come from the row. Verbs print
 * results to standard output through table.h or stdio, and notes for people to standard error through cli_note; errors
 * are returned, and main prints them with their HINT and exits with the status's code. No rule about poverty lives here. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/progress.h"
#include "base/status.h"
#include "programme/programme.h"

enum format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON };

struct cli;
struct verb { /* a row of help */
  const char *name, *arguments, *summary;
  /* One option a line: "round=NAME  which round (default: the latest)\n" takes a value, "dry-run  check only\n" is a flag,
   * "set=NAME=JSON*  ..." with a star after the value may be repeated. At least two spaces stand before the words. */
  const char *options;
  const char *text;    /* the long help: a paragraph or two, examples */
  enum status (*run)(struct cli *c, struct err *e);
  bool verbatim;       /* the first argument may begin with a dash: an expression such as -x < 3 */
};

struct cli_option {
  const char *name, *value; /* value NULL for a flag */
};

struct cli {
  const struct verb *verb;
  struct arena arena;      /* lives as long as the command */
  const char **args;       /* positional arguments */
  int arg_count;
  struct cli_option *options;
  int option_count;
  enum format format;      /* --format table|csv|json, every verb */
  enum language lang;      /* --lang en|zh, else from LC_ALL, LC_MESSAGES, LANG */
  bool quiet;              /* --quiet */
  struct progress progress;
  struct clock clock;
  int exit_code;           /* a verb whose answer is itself a "no" returns OK and sets this (`lucid rule` with an error: 1) */
};

const char *cli_option(const struct cli *c, const char *name);             /* last value given, or NULL */
const char *cli_option_nth(const struct cli *c, const char *name, int nth); /* repeated options in order, or NULL */
bool cli_flag(const struct cli *c, const char *name);
/* Positional argument i, or ERR_USAGE naming `what` is missing. */
enum status cli_need(const struct cli *c, int i, const char *what, const char **out, struct err *e) MUST_CHECK;
enum status cli_option_int(const struct cli *c, const char *name, int64_t least, int64_t most, int64_t otherwise, int64_t *out, struct err *e) MUST_CHECK;
/* A line for the person on standard error, unless --quiet. */
void cli_note(const struct cli *c, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
