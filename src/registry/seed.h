/* seed.h - the seed of a round's draws, fixed while the round is still open.
 *
 * Whoever may choose a seed after the data are frozen can try seeds until a cousin gets the last place. So the text that breaks
 * ties is an event of its own: written before the round closes, once, with the public source where anyone can look it up. It
 * cannot be changed or taken back. A round without one draws by its snapshot's hash, which nobody chooses but which
 * whoever closes the round can still try to steer: `seed` is for when places are short. */
#ifndef REGISTRY_SEED_H
#define REGISTRY_SEED_H

#include "registry/registry.h"

#define SEED_MOST 127 /* bytes */

struct round_seed {
  int64_t event; /* that fixed it; 0 = none was fixed */
  char text[SEED_MOST + 1], from[256];
};

/* ERR_CONFLICT: the round is closed, or has a seed. `round` NULL = the latest. `from` names the public source. */
enum status registry_seed_put(struct registry *r, const char *round, const char *text, const char *from, struct round_seed *out, struct err *e) MUST_CHECK;
enum status registry_seed_get(struct registry *r, int64_t round, struct round_seed *out, struct err *e) MUST_CHECK;

#endif
