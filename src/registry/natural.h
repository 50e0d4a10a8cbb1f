/* natural.h - natural changes of households: birth, death, marriage, leaving, moving, splitting, merging.
 *
 * They are facts of life, neither corrections nor exits, so each is an event of its own kind, in the open round, in one transaction,
 * with the day the fact happened (`on`: it may lie in the past, never in the future), the evidence, and who recorded it. `lucid undo`
 * takes them back under its usual rules. Who came from where and went where stands in the table `natural_change`, one row a person,
 * line or household, so that a history can be followed through splits and merges (registry_history does).
 *
 *   birth   a new member; fields given must hold the required ones. Number: as given, else the next one.
 *   death   the member ends. With the last member of a list that was taken, the household ends.
 *   leave   the same, for those who went away for good.
 *   marry   a member goes to another household (`into`), or out of the registry (no `into`); without a member, somebody from outside
 *           comes in, as with birth.
 *   move    the household's area changes; its home (place of first registration) never does.
 *   split   the members named go to a new household numbered `into`. It starts with the area of the old one and what is given;
 *           whatever else a household's record says is unknown there until somebody asks. Lines stay unless named (`level:number`);
 *           a list of which lines went along counts as taken, the others do not.
 *   transfer   the whole household goes to the home its area now lies in, under the same number: that county's register holds it from then on.
 *   merge   all members and lines go to household `into`, the household ends. Lines are numbered `old household:line`. A list that was
 *           not taken in one of the two is not taken in both.
 *
 * Who goes to another home (county) goes by two events, which registry/transfer.h describes: over several servers each touches one.
 *
 * Until the round closes, an import does not undo a natural change: rows that say otherwise are left out and counted (registry/kept.h).
 * Cost: the rows of two households. */
#ifndef REGISTRY_NATURAL_H
#define REGISTRY_NATURAL_H

#include "base/digest.h"
#include "registry/registry.h"
#include "store/store.h"

enum natural_kind { NATURAL_BIRTH, NATURAL_DEATH, NATURAL_MARRY, NATURAL_LEAVE, NATURAL_MOVE, NATURAL_SPLIT, NATURAL_MERGE, NATURAL_TRANSFER, NATURAL_KINDS };
const char *natural_name(enum natural_kind k);          /* birth death marry leave move split merge transfer: also the event's kind */
bool natural_kind_of(const char *word, enum natural_kind *out); /* those, and 出生 死亡 婚嫁 迁出 搬迁 分户 并户 转档 */

struct natural {
  enum natural_kind kind;
  const char *household, *into;
  const char *const *members; uint32_t member_count;
  const char *const *lines; uint32_t line_count; /* split: "crops:3" */
  const struct registry_set *sets; uint32_t set_count; /* birth, marriage: of the member; move, split: of the household */
  int32_t on;                                    /* the day it happened */
  const char *evidence, *reason;                 /* evidence: what shows it, 1 to 300 bytes; reason may be NULL */
  const char *round;                             /* NULL = the open one */
  bool dry_run;
};
struct natural_row { const char *household, *level, *row, *before, *after; }; /* one row that changes, in words */
struct natural_done { int64_t event, departure; /* of two events the first; 0 = it took one */ bool half; /* it had left already: now it has arrived */ uint64_t inserted, changed, ended; const struct natural_row *rows; uint32_t count; bool household_ended; };

/* ERR_INPUT, ERR_USAGE, ERR_NOT_FOUND, ERR_CONFLICT, ERR_KEY name what is wrong. Said again after it was cut short between its two events, it
 * does the second, and never the first again. */
enum status registry_natural(struct registry *r, struct arena *a, const struct natural *n, struct natural_done *out, struct err *e) MUST_CHECK;

/* One recorded natural change, as the table has it. Texts are views into the statement. */
struct natural_link { int64_t event, round, from_home, from, from_item, to_home, to, to_item, departure; int32_t on; struct span kind, level, reason, evidence, from_household, from_key, to_household, to_key; };
void natural_read(struct store_stmt *st, struct natural_link *out); /* of SQL_NATURAL_OF, SQL_NATURAL_ALL */
/* One row into the digest that stands as the event's source_hash: so the chain of events holds the table too, and fsck can tell. */
void natural_digest(struct digest_stream *s, const struct natural_link *x);
/* Whether a row tells of somebody who left for another home; the row of the arrival tells where it is since then. */
bool natural_leaves(const struct natural_link *x);
/* Whether an event holds: it was not taken back, or that was taken back itself. */
enum status natural_stands(struct registry *r, int64_t event, bool *out, struct err *e) MUST_CHECK;

#endif
