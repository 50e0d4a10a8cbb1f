/* spec.h - SQL text over generated tables: for the drivers of this room only. The spec must have passed store_spec_check. */
#ifndef STORE_SPEC_H
#define STORE_SPEC_H

#include "store/store.h"

void spec_create(struct text *q, const struct table_spec *t);
void spec_index(struct text *q, const struct table_spec *t, const char *name, const char *const *names, uint32_t count, bool unique);
void spec_operation(struct text *q, const struct table_spec *t, enum store_op op, uint32_t n);

/* INSERT of everything that table `from` (columns c0, c1, ...) holds. */
void spec_append(struct text *q, const struct table_spec *t, const char *from);

#endif
