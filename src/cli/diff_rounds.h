/* diff_rounds.h - two rounds side by side: who is decided otherwise, who is in one of them only. Both by the registry's programme, each
 * by its own round's draw; a correction (`2016.1`) against the round it corrects shows what the late facts change. */
#ifndef CLI_DIFF_ROUNDS_H
#define CLI_DIFF_ROUNDS_H

#include "cli/deciding.h"

enum status diff_rounds(struct cli *c, const char *path, const char *before, const char *after, struct err *e) MUST_CHECK;

#endif
