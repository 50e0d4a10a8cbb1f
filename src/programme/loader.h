/* loader.h - what the files of this room share while a programme is being loaded. Not for other rooms.
 *
 * The order is: files -> trees -> drafts (load.c); areas, levels, params, lines and fields as names (areas.c, lines.c, fields.c);
 * then every rule, in the order in which they can read each other (derive.c, decide.c); then sources, and the hashes. A step
 * that finds a mistake says so and goes on with what it has. Functions return false only when memory ran out. */
#ifndef PROGRAMME_LOADER_H
#define PROGRAMME_LOADER_H

#include "programme/keys.h"

#define LOADER_FIELDS_MAX 2000u /* of one level, derived ones among them */
#define LOADER_FIELDS_OURS 2u   /* more at the household: the two that dimensions give */
#define LOADER_DERIVE_MAX 400u  /* in all */

struct loader {
  struct arena *arena;
  struct programme *p;
  struct problems list;
  struct draft draft;
  struct field *fields[LEVEL_MAX];            /* the arrays behind p->levels[].fields and p->env.fields[] */
  struct rule_field *rule_fields[LEVEL_MAX];
  struct rule_const *consts;                  /* behind p->env.consts: year, line (when there are lines), each line, each param */
  uint32_t const_year, const_line, const_lines;
  struct assumption *assumed;
  uint32_t assumed_room;
  const struct programme_set *sets; uint32_t set_count; /* values in place of the file's (programme_load_set) */
  const struct programme_file *boundaries; /* the file that areas.boundaries names */
  struct programme_value *values;
  uint32_t value_room;
  struct map names;                           /* constants and levels: taken */
};

/* load.c */
/* Every number, rule and definition that a programme rests on comes by here once, marked as assumed or not. Its item is
 * `section.name`, or `section.name.part`; a part that begins with @ (or is it) says that the value is of one place. */
bool loader_assume(struct loader *l, const struct tree *from, const struct got_flag *flag, const char *section, const char *name, const char *part, struct label label, const char *value, const struct got_text *source);
/* One that can't be marked as assumed. */
bool loader_value(struct loader *l, const struct tree *from, struct programme_value v, const char *section, const char *name, const char *part);
/* The level named, UINT32_MAX after a complaint; `household` when not given. */
uint32_t loader_level(struct loader *l, const struct got_text *name);
bool loader_take_name(struct loader *l, const struct got_text *name, const char *what);
/* Compiles; complains at the right place inside the rule when it is wrong, and when it reads what it may not. *out NULL then.
 * `decides`: the rule bears on who is in, so that fields fed by incentives are closed to it. */
bool loader_rule(struct loader *l, uint32_t level, const struct got_text *rule, const struct rule_type *want, bool decides, const struct rule **out);
extern const struct rule_type loader_bool;
/* A number or date of a field's kind, from text. */
bool loader_cell(const struct field *f, struct span text, struct cell *out);
const char *loader_text(const struct got_text *t); /* NULL when not given */

/* new.c: of a folder about to be written */
void new_name_of(const char *folder, char out[61]); /* its last name as a programme's: small letters, digits and dashes */
enum status new_must_be_free(const char *folder, struct err *e) MUST_CHECK;
enum status new_write_file(const char *folder, const char *name, const char *data, size_t len, struct err *e) MUST_CHECK;

/* inherited.c: the fingerprint of a list of items, whatever their order */
bool inherited_fingerprint(struct arena *a, const char *const *items, uint32_t count, char hex[65]);

/* planning.c: what the sections about help share. */
/* A rule that must give this kind of value, after `derive`; all of these decide. `key` and `hint` are for the complaint. */
bool loader_rule_of(struct loader *l, uint32_t level, const struct got_text *rule, const char *key, enum rule_kind kind, const char *hint, const struct rule **out);
/* The area of a code as it is now; PLANNING_EVERYWHERE for "*", when none is given, and after a complaint (*known false). */
uint32_t loader_area(struct loader *l, const struct got_text *code, bool *known);
/* "@2016.43", of a value tied to a place; "2016.*" when it is of everywhere but money is a place's own all the same. */
const char *loader_area_code(const struct loader *l, uint32_t area);
/* Complains unless lo <= v <= hi; a number that was not given is fine. */
bool loader_within(struct loader *l, const struct got_number *n, const char *key, double lo, double hi, const char *hint);
/* The index of a name among `count` names, UINT32_MAX after a complaint with the nearest. */
uint32_t loader_named(struct loader *l, const struct tree *name, const char *const *names, uint32_t count, const char *what, const char *otherwise);
/* One item for several keys of a map: its value is "cost 1600, upkeep 300". `own` says whether it is assumed, `general` where `own` is not given. */
bool loader_assume_keys(struct loader *l, const struct tree *map, const char *const *keys, const struct got_flag *own, const struct got_flag *general, const char *section, const char *name, const char *part,
                        struct label label, const struct got_text *own_source, const struct got_text *source);
/* Whether it is assumed, by the same order. */
static inline bool loader_is_assumed(const struct got_flag *own, const struct got_flag *general) { return own->from ? own->v : general->v; }

bool planning_build(struct loader *l); /* after decide; all that follows is called by it, in this order */
bool products_build(struct loader *l);
bool measures_build(struct loader *l);
bool funds_build(struct loader *l);    /* and guarantees */

bool areas_build(struct loader *l);
bool boundaries_build(struct loader *l); /* after areas */
bool areas_check_household(struct loader *l); /* after fields */
bool fields_build_levels(struct loader *l);
bool fields_build(struct loader *l);
bool lines_build(struct loader *l);
bool derive_build(struct loader *l);
/* One more derived household field, of our own making; the room was left for LOADER_FIELDS_OURS of them. */
bool derive_add(struct loader *l, const char *name, struct label label, const struct tree *from, const char *rule);
bool decide_build(struct loader *l);   /* dimensions, causes, identify */
bool monitor_build(struct loader *l);  /* after decide */
/* A list of rules with names, each a bool of the household; `section` for complaints and items. */
bool loader_named_rules(struct loader *l, const struct got_list *g, const char *section, bool decides, const struct named_rule **out, uint32_t *count);
bool sample_build(struct loader *l);
bool sources_build(struct loader *l);
bool inherited_build(struct loader *l); /* after all values are known */
bool hash_build(struct loader *l);

#endif
