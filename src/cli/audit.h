/* audit.h - an auditor's door: decisions derived again from a snapshot's folder and a programme's, without any registry.
 *
 * Whoever holds both, and the seed of the draw where there was one, gets the hashes that the office published, or finds that they are not
 * those. Nothing is recorded. `brief` leaves figures out and prints counts by home: then memory is the mapped columns and about a
 * twentieth more, for a nation as for a county. */
#ifndef CLI_AUDIT_H
#define CLI_AUDIT_H

#include "cli/cli.h"
#include "identify/identify.h"

/* `lucid identify --snapshot FOLDER --programme FOLDER`; `print` shows a whole result as the verb does. */
enum status audit_identify(struct cli *c, enum status (*print)(struct cli *c, const struct identified *run, struct err *e), struct err *e) MUST_CHECK;

#endif
