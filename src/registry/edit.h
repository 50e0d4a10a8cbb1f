/* edit.h - fields and values as people type them. registry_edit and registry_erase stand in registry.h. */
#ifndef REGISTRY_EDIT_H
#define REGISTRY_EDIT_H

#include "registry/core.h"

/* The collected field of a level by its name; ERR_INPUT when there is none, or it is computed. */
enum status edit_field(const struct level_store *ls, const char *name, uint32_t *out, struct err *e) MUST_CHECK;
/* A value as typed. Empty, `refused` and `not_applicable` are absences, unless a choice has that code. ERR_INPUT in the codebook's words. */
enum status edit_value(struct arena *a, const struct field *f, const char *value, struct cell *out, struct err *e) MUST_CHECK;

#endif
