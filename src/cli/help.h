/* help.h - help texts and the manual page, made from the verbs' rows so that they cannot fall behind. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/cli.h"

const struct verb *help_find(const char *name); /* NULL = no such verb */
enum status help_unknown(const char *name, struct err *e);
void help_overview(FILE *out, enum language lang);
void help_verb(FILE *out, const struct verb *v);
void help_manual(FILE *out); /* troff, for man(1) */

#endif
