/* adopt.c - changed rules into a registry. Tables, and so frozen rounds, stay as they are: only what reads them changes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/event.h"

#define ANEW "make a new registry with `lucid init` and import into it: closed rounds rest on the old codebook"

static enum status same_level(const struct level *have, const struct level *want, struct err *e) {
  if (strcmp(have->name, want->name) != 0) return err_set(e, ERR_CONFLICT, ANEW, "level %s is called %s in the changed programme", have->name, want->name);
  for (uint32_t i = 0; i < have->collected_count || i < want->collected_count; i++) {
    const struct field *a = i < have->collected_count ? &have->fields[i] : NULL, *b = i < want->collected_count ? &want->fields[i] : NULL;
    if (!a && !b) break;
    if (!a) return err_set(e, ERR_CONFLICT, ANEW, "the changed programme collects a new field, %s.%s", want->name, b->name);
    if (!b) return err_set(e, ERR_CONFLICT, ANEW, "the changed programme no longer collects %s.%s", have->name, a->name);
    if (strcmp(a->name, b->name) != 0) return err_set(e, ERR_CONFLICT, "keep collected fields and their order; computed ones may change freely", "the changed programme has %s.%s where %s.%s was", want->name, b->name, have->name, a->name);
    if (a->kind != b->kind || a->decimals != b->decimals || a->sealed != b->sealed || a->searchable != b->searchable)
      return err_set(e, ERR_CONFLICT, ANEW, "field %s.%s is another type in the changed programme", have->name, a->name);
  }
  return OK;
}

static enum status same_shape(const struct registry *r, const struct programme *p, struct err *e) {
  const struct programme *q = r->p;
  if (q->level_count != p->level_count) return err_set(e, ERR_CONFLICT, ANEW, "the changed programme has %u levels, not %u", p->level_count, q->level_count);
  for (uint32_t l = 0; l < p->level_count; l++) TRY(same_level(&q->levels[l], &p->levels[l], e));
  if (q->area_level_count != p->area_level_count || q->home_level != p->home_level) return err_set(e, ERR_CONFLICT, ANEW, "the changed programme has other area levels");
  const char *a = q->household_area ? q->household_area : "", *b = p->household_area ? p->household_area : "";
  if (strcmp(a, b) != 0) return err_set(e, ERR_CONFLICT, ANEW, "another field names a household's area in the changed programme");
  for (uint32_t i = 0; i < r->area_count; i++) {
    uint32_t at = programme_area(p, r->areas[i].code.at);
    if (at == UINT32_MAX) return err_set(e, ERR_CONFLICT, "keep old areas: households may have been registered there", "the changed programme no longer has area %s", r->areas[i].code.at);
    if (p->areas[at].level != r->areas[i].level) return err_set(e, ERR_CONFLICT, ANEW, "area %s is of another level in the changed programme", r->areas[i].code.at);
  }
  return OK;
}

/* Where the households of a new county are kept: where those of the county it was lie already, else by itself. */
static int64_t home_of_new(const struct registry *r, const struct programme *p, uint32_t i, int64_t own) {
  for (uint32_t k = 0; k < p->area_count; k++) {
    if (k == i || p->areas[k].now != p->areas[i].now || p->areas[k].level != p->home_level) continue;
    uint32_t known = map_get(&r->area_index, p->areas[k].code, strlen(p->areas[k].code));
    if (known != MAP_NONE) return r->areas[known].home;
  }
  return own;
}

/* Numbers for areas the registry does not know yet. The programme lists parents before children. */
static enum status add_areas(struct registry *r, const struct programme *p, struct err *e) {
  int64_t next = (int64_t)r->area_count + 1, *ids = calloc((size_t)p->area_count + 1, sizeof *ids), *homes = calloc((size_t)p->area_count + 1, sizeof *homes);
  enum status s = ids && homes ? OK : err_set(e, ERR_MEMORY, NULL, "out of memory");
  for (uint32_t i = 0; i < p->area_count && s == OK; i++) {
    const struct area *x = &p->areas[i];
    uint32_t known = map_get(&r->area_index, x->code, strlen(x->code));
    if (known != MAP_NONE) {
      ids[i] = r->areas[known].id, homes[i] = r->areas[known].home;
      continue;
    }
    struct store_stmt *st;
    ids[i] = next++;
    homes[i] = x->level == p->home_level ? home_of_new(r, p, i, ids[i]) : x->parent < i ? homes[x->parent] : 0;
    s = store_sql(r->db, SQL_AREA_PUT, &st, e);
    if (s != OK) break;
    store_bind_int(st, 1, ids[i]), store_bind_str(st, 2, x->code), store_bind_int(st, 3, x->level), store_bind_int(st, 5, homes[i]), store_bind_str(st, 6, x->name_en), store_bind_str(st, 7, x->name_zh);
    if (x->parent < p->area_count) store_bind_int(st, 4, ids[x->parent]);
    else store_bind_null(st, 4);
    s = store_run(st, e);
  }
  free(ids), free(homes);
  return s;
}

/* What a frozen round lists must stay what was known then: how many areas there were before each event that brought more, "12:1923 40:1930". */
static enum status note_areas(struct registry *r, const struct programme *p, int64_t event, struct err *e) {
  uint32_t fresh = 0;
  char *before, *now;
  for (uint32_t i = 0; i < p->area_count; i++) fresh += map_get(&r->area_index, p->areas[i].code, strlen(p->areas[i].code)) == MAP_NONE;
  if (!fresh) return OK;
  TRY(core_meta_get(r, r->arena, "areas_known", &before, e));
  ARENA_TRY(e, now = arena_printf(r->arena, "%s%s%" PRId64 ":%u", before, *before ? " " : "", event, r->area_count));
  return core_meta_put(r, "areas_known", now, e);
}

enum status core_areas_at(struct registry *r, int64_t event, uint32_t *count, struct err *e) {
  char *known;
  *count = r->area_count;
  TRY(core_meta_get(r, r->arena, "areas_known", &known, e));
  for (char *at = known; at && *at; at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL) {
    char *colon;
    long long brought = strtoll(at, &colon, 10);
    unsigned long n = *colon == ':' ? strtoul(colon + 1, NULL, 10) : r->area_count;
    if (brought <= event || n > *count) continue;
    *count = (uint32_t)n;
    return OK; /* in the order of events: the first after it says how many there were */
  }
  return OK;
}

static enum status adopt_body(struct registry *r, const struct programme *p, int64_t *event, struct err *e) {
  char rules[65], source[65];
  struct event_hash none;
  event_hash_open(&none);
  digest_hex(&p->rules_hash, rules), digest_hex(&p->source_hash, source);
  TRY(add_areas(r, p, e));
  TRY(core_meta_put(r, "rules_hash", rules, e));
  TRY(core_meta_put(r, "source_hash", source, e));
  char where[4096];
  if (p->folder && realpath(p->folder, where)) TRY(core_meta_put(r, "folder", where, e)); /* where its data lie from now on */
  struct event ev = {.kind = "programme", .source = "", .source_hash = "", .detail = source};
  TRY(event_put(r, &ev, &none, e));
  *event = ev.id;
  TRY(note_areas(r, p, ev.id, e));
  return core_put_files(r, p, ev.id, e);
}

enum status registry_adopt(struct registry *r, const struct programme *p, int64_t *event, struct err *e) {
  *event = 0;
  TRY(core_writable(r, e));
  TRY(same_shape(r, p, e));
  if (digest_equal(&r->p->source_hash, &p->source_hash)) return OK;
  TRY(core_begin(r, e));
  enum status s = adopt_body(r, p, event, e);
  if (s == OK) s = core_commit(r, e);
  else core_rollback(r);
  return s;
}
