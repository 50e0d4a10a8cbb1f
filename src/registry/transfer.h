/* transfer.h - people and whole households that go from one home (county) to another, by two events.
 *
 * The first event ends their rows where they were and says where they go (table natural_change: to_home, to_household); its number is the number of
 * the transfer. The second, `arrive`, begins them where they are since then, out of the history of the first home, and names the first.
 * Each is one transaction that writes to one home, so over several servers it needs one of them and the first shard; on one file it is the
 * same two events, so that copies stay equal. Nothing of a person waits between the two but a row of the history and a line that says where to.
 *
 * Killed between the two, or when the other server is away, half of a transfer is done: the people are in neither household, and this is said
 * wherever somebody looks (`lucid transfer`, fsck, status, closing a round, which is refused). The second event may then be done by anyone
 * (transfer_arrive), or the first be taken back (registry_undo). Each is done once: an arrival looks, inside its own transaction, whether
 * they have arrived.
 *
 * Cost: the rows of two households. Halves are looked for among those who left since the last close. */
#ifndef REGISTRY_TRANSFER_H
#define REGISTRY_TRANSFER_H

#include "registry/natural.h"

struct transfer_half { int64_t departure; const char *kind, *from, *to, *evidence; /* households' own numbers */ int32_t on; uint32_t people; };
/* Who has left and not arrived, oldest first. */
enum status transfer_halves(struct registry *r, struct arena *a, struct transfer_half **out, uint32_t *count, struct err *e) MUST_CHECK;
/* They arrive. `sets` over the member's fields (marriage). ERR_CONFLICT when they have arrived, came back, or the household they go to has ended. */
enum status transfer_arrive(struct registry *r, struct arena *a, int64_t departure, const struct registry_set *sets, uint32_t set_count, struct natural_done *out, struct err *e) MUST_CHECK;
/* The departure that waits for just this change to be finished; 0 = none does. */
enum status transfer_waiting(struct registry *r, struct arena *a, const struct natural *n, int64_t *departure, struct err *e) MUST_CHECK;
/* What to say when the first event was kept and the second failed. */
enum status transfer_half_done(int64_t departure, enum status s, struct err *e) MUST_CHECK;
/* Both events as one answer, in `second`. */
enum status transfer_join(struct arena *a, const struct natural_done *first, struct natural_done *second, struct err *e) MUST_CHECK;

/* Of an event: when it is an arrival, by which event they left; when it is a departure, by which standing event they arrived. 0 = neither. */
enum status transfer_of(struct registry *r, int64_t event, int64_t *departure, int64_t *arrival, struct err *e) MUST_CHECK;
/* Where a household lay before it was transferred to where it is (the last place when it came several times); home 0 = it always lay here. */
enum status transfer_before(struct registry *r, int64_t home, int64_t id, int64_t *from_home, int64_t *from, struct err *e) MUST_CHECK;
/* ERR_CONFLICT, naming the first, when somebody has left and not arrived. */
enum status transfer_none_open(struct registry *r, struct err *e) MUST_CHECK;

#endif
