#include "rules/atoms.h"

static bool is_logic(const struct node *n) {
  return n->kind == NODE_AND || n->kind == NODE_OR || n->kind == NODE_NOT || (n->kind == NODE_IF && n->type.kind == RULE_BOOL);
}

static uint32_t count(const struct node *n) {
  if (!is_logic(n)) return 1;
  uint32_t sum = 0;
  for (uint32_t i = 0; i < n->child_count; i++) sum += count(n->child[i]);
  return sum;
}

static void add_reads(struct rule *atom, const struct node *n, struct rule_read *reads) {
  if (n->kind == NODE_FIELD || n->kind == NODE_HAS) {
    uint32_t i = 0;
    while (i < atom->read_count && (reads[i].level != n->row.level || reads[i].field != n->field)) i++;
    if (i == atom->read_count) reads[atom->read_count++] = (struct rule_read){n->row.level, n->field};
  }
  for (uint32_t i = 0; i < n->child_count; i++)
    if (n->child[i]) add_reads(atom, n->child[i], reads);
}

struct finder { struct arena *a; struct rule *r; struct rule_atom *atoms; const struct node **nodes; uint32_t next; struct err *e; };

static enum status find(struct finder *f, const struct node *n, bool positive) {
  if (is_logic(n)) {
    for (uint32_t i = 0; i < n->child_count; i++) TRY(find(f, n->child[i], positive != (n->kind == NODE_NOT)));
    return OK;
  }
  struct rule *atom;
  struct rule_read *reads;
  ARENA_TRY(f->e, atom = arena_new(f->a, struct rule));
  ARENA_TRY(f->e, reads = arena_array(f->a, f->r->read_count, sizeof *reads));
  *atom = (struct rule){.env = f->r->env, .level = f->r->level, .source_len = n->length, .root = n, .slot_count = f->r->slot_count, .reads = reads};
  ARENA_TRY(f->e, atom->source = arena_strn(f->a, f->r->source + n->offset, n->length));
  add_reads(atom, n, reads);
  f->nodes[f->next] = n;
  f->atoms[f->next++] = (struct rule_atom){.offset = n->offset, .length = n->length, .rule = atom, .positive = positive};
  return OK;
}

enum status atoms_find(struct arena *a, struct rule *r, struct err *e) {
  uint32_t n = count(r->root);
  struct finder f = {.a = a, .r = r, .e = e};
  ARENA_TRY(e, f.atoms = arena_array(a, n, sizeof *f.atoms));
  ARENA_TRY(e, f.nodes = arena_array(a, n, sizeof(void *)));
  r->atoms = f.atoms, r->atom_nodes = f.nodes, r->atom_count = n;
  return find(&f, r->root, true);
}

static struct rule_value settle(const struct node *n, const struct rule_value *atoms, uint32_t *next) {
  if (!is_logic(n)) return atoms[(*next)++];
  if (n->kind == NODE_NOT) {
    struct rule_value v = settle(n->child[0], atoms, next);
    if (v.state == RULE_VALUE) v.b = !v.b;
    return v;
  }
  if (n->kind == NODE_IF) {
    struct rule_value cond = settle(n->child[0], atoms, next), yes = settle(n->child[1], atoms, next), no = settle(n->child[2], atoms, next);
    return cond.state != RULE_VALUE ? cond : cond.b ? yes : no;
  }
  bool decides = n->kind == NODE_OR;
  struct rule_value out = {.kind = RULE_BOOL, .b = !decides};
  for (uint32_t i = 0; i < n->child_count; i++) { /* every child is visited: they hold the atoms' places */
    struct rule_value v = settle(n->child[i], atoms, next);
    if (out.state == RULE_VALUE && out.b == decides) continue;
    if (v.state == RULE_VALUE ? v.b == decides : v.state == RULE_UNKNOWN || out.state == RULE_VALUE) {
      if (out.state != RULE_UNKNOWN || v.state == RULE_VALUE) out = v;
    }
  }
  return out;
}

struct rule_value rule_from_atoms(const struct rule *r, const struct rule_value *atoms) {
  uint32_t next = 0;
  return settle(r->root, atoms, &next);
}
