/* history.h - what histories and sheets share: a sealed value opened for reading. registry_history stands in registry.h. */
#ifndef REGISTRY_HISTORY_H
#define REGISTRY_HISTORY_H

#include "registry/version.h"

/* The plaintext of a sealed field of a version, in words; "erased" when its key was destroyed. Needs the registry's key (seal_need). */
enum status history_reveal(struct registry *r, struct arena *a, const struct level_store *ls, const struct store_value *v, int64_t home, int64_t household, int64_t item, uint32_t field, const char **out, struct err *e) MUST_CHECK;

#endif
