/* atoms.h - a boolean rule as logic over atoms: its maximal parts that are no logic themselves. */
#ifndef RULES_ATOMS_H
#define RULES_ATOMS_H

#include "rules/ast.h"

/* Fills r->atoms and r->atom_nodes. ERR_MEMORY. */
enum status atoms_find(struct arena *a, struct rule *r, struct err *e) MUST_CHECK;

#endif
