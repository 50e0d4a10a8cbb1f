#include "plan/proof.h"

#include <string.h>

#include "base/digest.h"

#define BROKEN(...) return err_set(e, ERR_CORRUPT, "the file was changed or cut off: fetch it again", __VA_ARGS__)

/* ---- writing: into a file or a hash ---- */

enum { BUFFER = 1 << 16 };
struct sink { FILE *file; struct digest_stream digest; uint8_t bytes[BUFFER]; size_t len; bool failed; };

static void flush(struct sink *s) {
  if (s->file) s->failed |= fwrite(s->bytes, 1, s->len, s->file) != s->len;
  else digest_add(&s->digest, s->bytes, s->len);
  s->len = 0;
}

static void put(struct sink *s, uint64_t v, unsigned bytes) {
  if (s->len + bytes > BUFFER) flush(s);
  for (unsigned i = 0; i < bytes; i++) s->bytes[s->len++] = (uint8_t)(v >> (8 * i));
}

static uint32_t works_in(const struct plan_model *m) { return m->work_at ? m->work_at[m->village_count] : 0; }

static void put_model(struct sink *s, const struct plan_model *m) {
  const uint32_t households = plan_households(m), works = works_in(m);
  const uint64_t items = m->item_at[households];
  for (const char *p = PROOF_MODEL_MAGIC; *p; p++) put(s, (uint8_t)*p, 1);
  put(s, PROOF_FORMAT, 4);
  const uint32_t counts[] = {m->resource_count, m->market_count, m->layer_count, m->use_count, m->column_count, m->village_count, households, works, m->work_at != NULL, m->most, m->floor ? m->floor_weight : 0};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) put(s, counts[i], 4);
  put(s, items, 8);
  for (uint32_t k = 0; k < m->resource_count; k++) put(s, (uint64_t)m->resources[k].limit, 8), put(s, (uint64_t)m->resources[k].loss, 8), put(s, m->resources[k].market, 4);
  for (uint32_t l = 0; l < m->layer_count; l++)
    for (uint32_t v = 0; v < m->village_count; v++) put(s, m->layers[l].resource[v], 4);
  for (uint32_t u = 0; u < m->use_count; u++) put(s, (uint64_t)m->uses[u].amount, 8), put(s, m->uses[u].resource, 4), put(s, m->uses[u].layer, 4);
  for (uint32_t c = 0; c < m->column_count; c++) put(s, m->columns[c].use_from, 4), put(s, m->columns[c].use_count, 4), put(s, m->columns[c].group, 2), put(s, m->columns[c].needs, 1);
  for (uint32_t v = 0; v <= m->village_count; v++) put(s, m->household_at[v], 4);
  for (uint32_t v = 0; m->work_at && v <= m->village_count; v++) put(s, m->work_at[v], 4);
  for (uint32_t w = 0; w < works; w++) put(s, (uint64_t)m->works[w].value, 8), put(s, m->works[w].use_from, 4), put(s, m->works[w].use_count, 4), put(s, m->works[w].needs, 1);
  for (uint32_t i = 0; i <= households; i++) put(s, m->item_at[i], 8);
  for (uint64_t i = 0; i < items; i++) put(s, m->items[i].column, 2), put(s, m->items[i].quantity, 2), put(s, (uint32_t)m->items[i].value, 4);
  for (uint32_t v = 0; m->floor && v < m->village_count; v++) put(s, (uint64_t)m->floor[v], 8);
  flush(s);
}

bool proof_model_hash(const struct plan_model *m, char hex[65]) {
  static const struct sink empty;
  struct sink s = empty;
  struct digest digest;
  if (!digest_open(&s.digest)) return false;
  put_model(&s, m);
  if (!digest_close(&s.digest, &digest)) return false;
  digest_hex(&digest, hex);
  return true;
}

enum status proof_write_model(const struct plan_model *m, FILE *f, struct err *e) {
  struct sink s = {.file = f};
  put_model(&s, m);
  if (s.failed || fflush(f) != 0) return err_set(e, ERR_IO, "is the disk full?", "the model could not be written");
  return OK;
}

/* ---- reading: a cursor that never passes the end ---- */

struct cursor { const uint8_t *at, *end; bool short_; };

static uint64_t get(struct cursor *c, unsigned bytes) {
  uint64_t v = 0;
  if ((size_t)(c->end - c->at) < bytes) {
    c->short_ = true, c->at = c->end;
    return 0;
  }
  for (unsigned i = 0; i < bytes; i++) v |= (uint64_t)c->at[i] << (8 * i);
  c->at += bytes;
  return v;
}

static enum status head(struct cursor *c, const char *magic, const char *what, struct err *e) {
  if ((size_t)(c->end - c->at) < 12 || memcmp(c->at, magic, 8) != 0) return err_set(e, ERR_CORRUPT, "it begins with other bytes", "this is no %s", what);
  c->at += 8;
  const uint32_t format = (uint32_t)get(c, 4);
  if (format != PROOF_FORMAT) return err_set(e, ERR_VERSION, "take a newer program", "the %s is of format %u; this program reads %u", what, format, PROOF_FORMAT);
  return OK;
}

/* Room for `count` of what takes `bytes` in the file; refuses counts that the file can't hold before any memory is taken. */
static enum status room(struct arena *a, const struct cursor *c, uint64_t count, uint64_t bytes, size_t size, void **out, struct err *e) {
  if (count > (uint64_t)(c->end - c->at) / bytes) BROKEN("the file is shorter than what it says it holds");
  ARENA_TRY(e, *out = arena_array(a, count + 1, size));
  return OK;
}

enum status proof_read_model(struct arena *a, const void *data, size_t len, struct plan_model *m, struct err *e) {
  struct cursor c = {data, (const uint8_t *)data + len, false};
  void *p;
  *m = (struct plan_model){0};
  TRY(head(&c, PROOF_MODEL_MAGIC, "model of a plan", e));
  uint32_t counts[11];
  for (int i = 0; i < 11; i++) counts[i] = (uint32_t)get(&c, 4);
  const uint64_t items = get(&c, 8);
  const uint32_t households = counts[6], works = counts[7];
  m->resource_count = counts[0], m->market_count = counts[1], m->layer_count = counts[2], m->use_count = counts[3], m->column_count = counts[4], m->village_count = counts[5], m->most = counts[9];
  if (counts[8] > 1 || m->market_count > m->resource_count || m->column_count > UINT16_MAX + 1u || households == UINT32_MAX || m->village_count == UINT32_MAX) BROKEN("its counts can't be");
  TRY(room(a, &c, m->resource_count, 20, sizeof *m->resources, &p, e));
  struct plan_resource *resources = p;
  for (uint32_t k = 0; k < m->resource_count; k++) resources[k].limit = (int64_t)get(&c, 8), resources[k].loss = (int64_t)get(&c, 8), resources[k].market = (uint32_t)get(&c, 4);
  if ((uint64_t)m->layer_count * m->village_count > (uint64_t)(c.end - c.at) / 4) BROKEN("the file is shorter than what it says it holds");
  if (m->layer_count && !m->village_count) BROKEN("it has layers but no villages");
  struct plan_layer *layers;
  ARENA_TRY(e, layers = arena_array(a, m->layer_count + 1u, sizeof *layers));
  for (uint32_t l = 0; l < m->layer_count; l++) {
    uint32_t *of;
    ARENA_TRY(e, of = arena_array(a, m->village_count + 1u, sizeof *of));
    for (uint32_t v = 0; v < m->village_count; v++) of[v] = (uint32_t)get(&c, 4);
    layers[l].resource = of;
  }
  TRY(room(a, &c, m->use_count, 16, sizeof *m->uses, &p, e));
  struct plan_use *uses = p;
  for (uint32_t u = 0; u < m->use_count; u++) uses[u].amount = (int64_t)get(&c, 8), uses[u].resource = (uint32_t)get(&c, 4), uses[u].layer = (uint32_t)get(&c, 4);
  TRY(room(a, &c, m->column_count, 11, sizeof *m->columns, &p, e));
  struct plan_column *columns = p;
  for (uint32_t k = 0; k < m->column_count; k++) columns[k].use_from = (uint32_t)get(&c, 4), columns[k].use_count = (uint32_t)get(&c, 4), columns[k].group = (uint16_t)get(&c, 2), columns[k].needs = (uint8_t)get(&c, 1);
  TRY(room(a, &c, m->village_count + 1ull, 4, sizeof *m->household_at, &p, e));
  uint32_t *household_at = p;
  for (uint32_t v = 0; v <= m->village_count; v++) household_at[v] = (uint32_t)get(&c, 4);
  uint32_t *work_at = NULL;
  if (counts[8]) {
    TRY(room(a, &c, m->village_count + 1ull, 4, sizeof *m->work_at, &p, e));
    work_at = p;
    for (uint32_t v = 0; v <= m->village_count; v++) {
      work_at[v] = (uint32_t)get(&c, 4);
      if (v && (work_at[v] < work_at[v - 1] || work_at[v] - work_at[v - 1] > PLAN_WORKS)) BROKEN("the works of village %u can't be", v - 1);
    }
    if (work_at[0] != 0 || work_at[m->village_count] != works) BROKEN("its works don't add up");
  } else if (works) BROKEN("it has works but no villages that have them");
  TRY(room(a, &c, works, 17, sizeof *m->works, &p, e));
  struct plan_work *work = p;
  for (uint32_t w = 0; w < works; w++) work[w].value = (int64_t)get(&c, 8), work[w].use_from = (uint32_t)get(&c, 4), work[w].use_count = (uint32_t)get(&c, 4), work[w].needs = (uint8_t)get(&c, 1);
  TRY(room(a, &c, households + 1ull, 8, sizeof *m->item_at, &p, e));
  uint64_t *item_at = p;
  for (uint32_t i = 0; i <= households; i++) {
    item_at[i] = get(&c, 8);
    if (item_at[i] > items || (i ? item_at[i] < item_at[i - 1] : item_at[i] != 0)) BROKEN("the items of household %u can't be", i);
  }
  for (uint32_t v = 0; v <= m->village_count; v++)
    if (v ? household_at[v] < household_at[v - 1] : household_at[v] != 0) BROKEN("the households of village %u can't be", v);
  if (item_at[households] != items || household_at[m->village_count] != households) BROKEN("its households or items don't add up");
  TRY(room(a, &c, items, 8, sizeof *m->items, &p, e));
  struct plan_item *item = p;
  for (uint64_t i = 0; i < items; i++) item[i].column = (uint16_t)get(&c, 2), item[i].quantity = (uint16_t)get(&c, 2), item[i].value = (int32_t)(uint32_t)get(&c, 4);
  int64_t *floor_of = NULL;
  if (counts[10]) {
    TRY(room(a, &c, m->village_count, 8, sizeof *m->floor, &p, e));
    floor_of = p;
    for (uint32_t v = 0; v < m->village_count; v++) floor_of[v] = (int64_t)get(&c, 8);
  }
  m->floor = floor_of, m->floor_weight = counts[10];
  if (c.short_ || c.at != c.end) BROKEN("the file is %s than what it says it holds", c.short_ ? "shorter" : "longer");
  m->resources = resources, m->layers = layers, m->uses = uses, m->columns = columns, m->household_at = household_at, m->work_at = work_at, m->works = work, m->item_at = item_at, m->items = item;
  struct err why = {0};
  if (plan_model_check(m, &why) != OK) BROKEN("the model does not hold: %s", why.message);
  return OK;
}

/* ---- the plan ---- */

static uint8_t *raw(uint8_t *at, uint64_t v, unsigned bytes) {
  for (unsigned i = 0; i < bytes; i++) *at++ = (uint8_t)(v >> (8 * i));
  return at;
}

enum { PLAN_HEAD = 8 + 4 + 3 * 32 + 4 + 5 * 4 + 2 * 8 };

enum status proof_write_plan(struct arena *a, const struct proof_plan *p, void **data, size_t *len, char hash[65], struct err *e) {
  const size_t taken = (size_t)p->households * p->most;
  uint8_t *bytes, *at;
  struct digest d;
  *len = PLAN_HEAD + p->villages + taken + p->resources + (size_t)p->price_count * 8;
  ARENA_TRY(e, at = bytes = arena_alloc(a, *len));
  memcpy(at, PROOF_PLAN_MAGIC, 8);
  at = raw(at + 8, PROOF_FORMAT, 4);
  const char *const hashes[] = {p->model_hash, p->rules_hash, p->snapshot};
  for (int i = 0; i < 3; i++) {
    if (!digest_from_hex(hashes[i], strlen(hashes[i]), &d)) memset(&d, 0, sizeof d); /* made without a snapshot: a test, a benchmark */
    memcpy(at, d.bytes, sizeof d.bytes);
    at += sizeof d.bytes;
  }
  at = raw(at, (uint32_t)p->year, 4);
  const uint32_t counts[] = {p->villages, p->households, p->most, p->resources, p->price_count};
  for (int i = 0; i < 5; i++) at = raw(at, counts[i], 4);
  at = raw(raw(at, (uint64_t)p->value, 8), (uint64_t)p->bound, 8);
  memcpy(at, p->plan.bundle, p->villages);
  at += p->villages;
  memcpy(at, p->plan.taken, taken);
  at += taken;
  for (uint32_t k = 0; k < p->resources; k++) *at++ = p->plan.open[k];
  for (uint32_t k = 0; k < p->price_count; k++) at = raw(at, (uint64_t)p->prices[k], 8);
  if (!digest_of(bytes, *len, &d)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  digest_hex(&d, hash);
  *data = bytes;
  return OK;
}

enum status proof_read_plan(struct arena *a, const void *data, size_t len, struct proof_plan *p, struct err *e) {
  struct cursor c = {data, (const uint8_t *)data + len, false};
  *p = (struct proof_plan){.year = 0};
  TRY(head(&c, PROOF_PLAN_MAGIC, "plan", e));
  if (len < PLAN_HEAD) BROKEN("the plan is cut off");
  char *const hashes[] = {p->model_hash, p->rules_hash, p->snapshot};
  for (int i = 0; i < 3; i++) {
    struct digest d;
    memcpy(d.bytes, c.at, sizeof d.bytes);
    c.at += sizeof d.bytes;
    digest_hex(&d, hashes[i]);
  }
  p->year = (int32_t)(uint32_t)get(&c, 4);
  p->villages = (uint32_t)get(&c, 4), p->households = (uint32_t)get(&c, 4), p->most = (uint32_t)get(&c, 4), p->resources = (uint32_t)get(&c, 4), p->price_count = (uint32_t)get(&c, 4);
  p->value = (int64_t)get(&c, 8), p->bound = (int64_t)get(&c, 8);
  if (p->most < 1 || p->most > PLAN_MOST) BROKEN("a household takes %u items", p->most);
  if (len != (size_t)PLAN_HEAD + p->villages + (uint64_t)p->households * p->most + p->resources + (uint64_t)p->price_count * 8) BROKEN("the plan's length does not fit its counts");
  const size_t taken = (size_t)p->households * p->most;
  ARENA_TRY(e, p->plan.bundle = arena_copy(a, c.at, p->villages));
  c.at += p->villages;
  ARENA_TRY(e, p->plan.taken = arena_copy(a, c.at, taken));
  c.at += taken;
  ARENA_TRY(e, p->plan.open = arena_array(a, p->resources + 1u, sizeof *p->plan.open));
  for (uint32_t k = 0; k < p->resources; k++) {
    const uint64_t open = get(&c, 1);
    if (open > 1) BROKEN("resource %u is neither open nor shut", k);
    p->plan.open[k] = open;
  }
  ARENA_TRY(e, p->prices = arena_array(a, p->price_count + 1u, sizeof *p->prices));
  for (uint32_t k = 0; k < p->price_count; k++) p->prices[k] = (int64_t)get(&c, 8);
  return OK;
}

enum status proof_fits(const struct proof_plan *p, const struct plan_model *m, const char *model_hash, struct err *e) {
  if (strcmp(p->model_hash, model_hash) != 0) return err_set(e, ERR_CORRUPT, "the plan is of other data, other rules, or was changed", "the plan is of model %.12s, not of %.12s", p->model_hash, model_hash);
  if (p->villages != m->village_count || p->households != plan_households(m) || p->most != m->most || p->resources != m->resource_count || p->price_count != plan_price_count(m)) BROKEN("the plan's sizes are not its model's");
  return OK;
}
