/* inherited.c - what a copied programme still owes: each value that was assumed where it came from, or of that place, and who confirmed it.
 *
 * The list stands in the folder (confirm.csv) and is part of the programme: of its files, so that a registry keeps it, and, as far as
 * it says drill or not, of what decides. A row can't be lost unseen: the fingerprint of the items stands apart from them. */
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "programme/loader.h"

static const char *const state_words[] = {[INHERITED_OPEN] = "open", [INHERITED_CONFIRMED] = "confirmed", [INHERITED_CHANGED] = "changed"};
const char *inherited_state_word(enum inherited_state s) { return state_words[s]; }

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

bool inherited_fingerprint(struct arena *a, const char *const *items, uint32_t count, char hex[65]) {
  const char **order = arena_array(a, count + 1, sizeof *order);
  struct digest_stream s;
  struct digest d;
  if (!order || !digest_open(&s)) return false;
  for (uint32_t i = 0; i < count; i++) order[i] = items[i];
  if (count) qsort(order, count, sizeof *order, by_text);
  digest_add_str(&s, "lucid inherited 1");
  for (uint32_t i = 0; i < count; i++) digest_add_str(&s, order[i]);
  if (!digest_close(&s, &d)) return false;
  digest_hex(&d, hex);
  return true;
}

static bool same(const char *a, const char *b) { return strcmp(a ? a : "", b ? b : "") == 0; }

static void check_date(struct loader *l, const struct got_text *t) {
  int32_t days;
  if (t->from && !date_parse(t->s, t->len, &days)) problem_add(&l->list, t->from->at, ERR_INPUT, "write 2026-12-31", "\"%.40s\" is not a date", t->s);
}

static struct inherited_item item_of(const struct loader *l, const struct draft_inherited_item *d) {
  struct inherited_item out = {.item = d->item.s, .file = loader_text(&d->file), .what = d->what.v, .value = loader_text(&d->value), .why = d->why.v == 1 ? "place" : "assumed",
                               .source = loader_text(&d->source), .by = loader_text(&d->confirmed_by), .on = loader_text(&d->confirmed_on)};
  uint32_t at = map_get(&l->p->value_index, d->item.s, d->item.len);
  if (at != MAP_NONE) out.now = l->p->values[at].value;
  out.state = !out.by ? INHERITED_OPEN : same(out.value, out.now) ? INHERITED_CONFIRMED : INHERITED_CHANGED;
  return out;
}

bool inherited_build(struct loader *l) {
  const struct draft_inherited *d = &l->draft.inherited;
  const struct draft_inherited_item *rows = d->list.items;
  if (!d->from) return true;
  struct inherited *in = arena_new(l->arena, struct inherited);
  struct inherited_item *items = arena_array(l->arena, d->list.count + 1, sizeof *items);
  const char **names = arena_array(l->arena, d->list.count + 1, sizeof *names);
  struct map seen;
  map_init(&seen, l->arena);
  if (!in || !items || !names) return false;
  *in = (struct inherited){.from = d->origin.s, .on = d->on.s, .source_hash = loader_text(&d->source_hash), .items = items};
  check_date(l, &d->on);
  for (uint32_t i = 0; i < d->list.count; i++) {
    if (!rows[i].item.from || !rows[i].why.from) continue;
    bool fresh;
    uint32_t index;
    if (!map_put(&seen, rows[i].item.s, rows[i].item.len, &index, &fresh)) return false;
    if (!fresh) problem_add(&l->list, rows[i].item.from->at, ERR_INPUT, "keep one", "the item \"%.80s\" stands twice", rows[i].item.s);
    if (rows[i].confirmed_by.from && !rows[i].confirmed_on.from) problem_add(&l->list, rows[i].from->at, ERR_INPUT, "add the date under confirmed_on", "\"%.80s\" was confirmed without a date", rows[i].item.s);
    if (!rows[i].confirmed_by.from && rows[i].confirmed_on.from) problem_add(&l->list, rows[i].from->at, ERR_INPUT, "add who answers for it under confirmed_by", "\"%.80s\" was confirmed by nobody", rows[i].item.s);
    check_date(l, &rows[i].confirmed_on);
    items[in->count] = item_of(l, &rows[i]);
    in->open += items[in->count].state != INHERITED_CONFIRMED;
    names[in->count++] = rows[i].item.s;
  }
  char hex[65];
  if (!inherited_fingerprint(l->arena, names, in->count, hex)) return false;
  if (d->items.from && d->list.from && strcmp(hex, d->items.s) != 0)
    problem_add(&l->list, d->items.from->at, ERR_INPUT, "put the rows back: each is confirmed where it stands, also when the value has changed or gone",
                "the list of inherited values has lost or gained rows since the copy was made");
  l->p->inherited = in, l->p->drill = in->open > 0;
  return true;
}
