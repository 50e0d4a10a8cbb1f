#include "fixture.h"

#include <stdlib.h>
#include <unistd.h>

#include "column/builder.h"
#include "synth/home.h"
#include "synth/rows.h"

/* Some villages of one home as chunks of however many households fit, written as a snapshot. */
struct made {
  struct fixture f;
  struct columns columns;
  struct chunk *chunks, **end;
  struct chunk_scratch scratch;
  struct village_cells *cells;
  uint32_t villages[400], village_count;
  char dir[64], hash[65];
};

static enum status take(void *ctx, struct batch *b, struct err *e) {
  struct made *m = ctx;
  if (!b->rows[ROWS_HOUSEHOLD]) return OK;
  TRY(chunk_make(&m->columns, b, &m->scratch, m->end, e));
  m->end = &(*m->end)->next;
  return OK;
}

static void write_snapshot(struct made *m, const char *name) {
  struct snapshot_writer *w;
  struct home h = {.id = 7, .pop = m->f.pop, .columns = &m->columns, .chunks = m->chunks, .villages = m->villages, .village_count = m->village_count, .village_cells = m->cells};
  char path[80];
  (void)snprintf(path, sizeof path, "%s/%s", m->dir, name);
  assert_ok(snapshot_create(path, "round", 2016, &w, &m->f.e), &m->f.e);
  assert_ok(home_write(&h, w, &m->f.e), &m->f.e);
  assert_ok(snapshot_commit(w, m->hash, &m->f.e), &m->f.e);
}

/* `every`: the batch is emptied after so many households. */
static void make(struct made *m, uint32_t every, void (*alter)(struct programme *p)) {
  struct batch *q;
  struct block b = {0};
  uint32_t round = 1, first = UINT32_MAX;
  fixture_open(&m->f, 3);
  if (alter) alter(m->f.p);
  (void)snprintf(m->dir, sizeof m->dir, "/tmp/lucid-home-XXXXXX");
  assert_non_null(mkdtemp(m->dir));
  assert_ok(columns_of_register(&m->f.a, m->f.p, &m->columns, &m->f.e), &m->f.e);
  m->chunks = NULL, m->end = &m->chunks, m->village_count = 0, m->scratch = (struct chunk_scratch){0};
  m->cells = arena_array(&m->f.a, m->f.pop->village_count, sizeof *m->cells);
  assert_ok(batch_open(&m->f.a, m->f.pop, take, m, &q, &m->f.e), &m->f.e);
  for (uint32_t i = 0; i < m->f.pop->village_count && m->village_count < 6; i++) {
    if (first == UINT32_MAX) first = m->f.pop->villages[i].home;
    if (m->f.pop->villages[i].home != first) continue;
    m->villages[m->village_count++] = i;
    if (m->village_count > 4) continue; /* the last ones have nobody */
    assert_ok(block_make(m->f.pop, (struct block_id){i, 0}, &b, &m->f.e), &m->f.e);
    rows_village(&b, round, m->cells[i].cells), m->cells[i].made = true;
    for (uint32_t k = 0; k < b.count; k++) {
      assert_ok(rows_household(q, &b, k, round, k % 9 ? FAULT_NONE : FAULT_DUPLICATE, &m->f.e), &m->f.e);
      if (k % every == 0) assert_ok(batch_flush(q, &m->f.e), &m->f.e);
    }
  }
  assert_ok(batch_flush(q, &m->f.e), &m->f.e);
  block_free(&b);
}

static void close_made(struct made *m) {
  chunk_free(m->chunks);
  free(m->scratch.data);
  assert_ok(file_remove_tree(m->dir, &m->f.e), &m->f.e);
  arena_drop(&m->f.a);
}

/* The same rows through the builder that a registry's rounds go through. */
static void rebuild(const struct segment *s, const struct schema *schema, struct builder **out, const struct segment **segment, struct err *e) {
  struct cell cells[256];
  assert_ok(builder_open(schema, s->home, out, e), e);
  for (uint64_t v = 0; v < s->levels[LEVEL_VILLAGE].rows; v++) {
    for (uint32_t i = 0; i < s->levels[LEVEL_VILLAGE].column_count; i++) cells[i] = column_cell(&s->levels[LEVEL_VILLAGE].columns[i], v);
    assert_ok(builder_village(*out, column_cell(&s->village_code, v).s, cells, e), e);
  }
  for (uint64_t h = 0; h < segment_households(s); h++) {
    uint32_t lists = 0;
    for (uint32_t l = 0; l < s->level_count; l++)
      if (l != LEVEL_HOUSEHOLD && l != LEVEL_VILLAGE && segment_has_roster(s, l, h)) lists |= 1u << l;
    for (uint32_t i = 0; i < s->levels[LEVEL_HOUSEHOLD].column_count; i++) cells[i] = column_cell(&s->levels[LEVEL_HOUSEHOLD].columns[i], h);
    assert_ok(builder_household(*out, s->household_id[h], column_cell(&s->household_key, h).s, column_cell(&s->village_code, s->village_of[h]).s, lists, cells, e), e);
    for (uint32_t l = 0; l < s->level_count; l++) {
      if (l == LEVEL_HOUSEHOLD || l == LEVEL_VILLAGE) continue;
      for (uint32_t r = s->child_at[l][h]; r < s->child_at[l][h + 1]; r++) {
        for (uint32_t i = 0; i < s->levels[l].column_count; i++) cells[i] = column_cell(&s->levels[l].columns[i], r);
        assert_ok(builder_child(*out, l, l == LEVEL_MEMBER ? s->member_id[r] : 0, cells, e), e);
      }
    }
  }
  assert_ok(builder_finish(*out, segment, e), e);
}

static void same_as_built(struct made *m) {
  struct snapshot *have;
  struct snapshot_writer *w;
  struct builder *b;
  const struct segment *s;
  char path[80], hash[65];
  write_snapshot(m, "made");
  (void)snprintf(path, sizeof path, "%s/made", m->dir);
  assert_ok(snapshot_open(path, m->hash, NULL, &have, &m->f.e), &m->f.e); /* checks every byte */
  assert_true(segment_households(snapshot_segment(have, 0)) > 300);
  rebuild(snapshot_segment(have, 0), snapshot_schema(have), &b, &s, &m->f.e);
  (void)snprintf(path, sizeof path, "%s/built", m->dir);
  assert_ok(snapshot_create(path, "round", 2016, &w, &m->f.e), &m->f.e);
  assert_ok(snapshot_add(w, snapshot_schema(have), s, &m->f.e), &m->f.e);
  assert_ok(snapshot_commit(w, hash, &m->f.e), &m->f.e);
  assert_string_equal(hash, m->hash);
  builder_close(b);
  snapshot_close(have);
}

static void a_segment_out_of_chunks_is_the_one_a_builder_makes(void **state) {
  (void)state;
  struct made m;
  make(&m, 50, NULL);
  same_as_built(&m);
  close_made(&m);
}

static void it_is_the_same_however_its_rows_were_cut(void **state) {
  (void)state;
  struct made a, b;
  make(&a, 1, NULL), make(&b, 1000000, NULL);
  write_snapshot(&a, "a"), write_snapshot(&b, "b");
  assert_string_equal(a.hash, b.hash);
  close_made(&a), close_made(&b);
}

/* Names in clear, shares and money as reals, a choice where the model has a number: what another programme's codebook may want. */
static void alter(struct programme *p) {
  for (uint32_t l = 0; l < p->level_count; l++)
    for (uint32_t i = 0; i < p->levels[l].field_count; i++) {
      struct field *d = (struct field *)(uintptr_t)&p->levels[l].fields[i];
      d->sealed = false;
      if (!strcmp(d->name, "income_given") || !strcmp(d->name, "house_area") || !strcmp(d->name, "tap_share")) d->kind = COL_REAL;
      if (!strcmp(d->name, "farmland")) d->decimals = 4;
      if (!strcmp(d->name, "forest")) d->kind = COL_INT;
      if (!strcmp(d->name, "altitude")) d->kind = COL_TEXT;
      if (!strcmp(d->name, "registered_persons")) d->kind = COL_CHOICE;
    }
}

static void a_codebook_with_other_kinds_gets_its_own(void **state) {
  (void)state;
  struct made m;
  make(&m, 70, alter);
  same_as_built(&m);
  struct snapshot *s;
  char path[80];
  (void)snprintf(path, sizeof path, "%s/made", m.dir);
  assert_ok(snapshot_open(path, m.hash, NULL, &s, &m.f.e), &m.f.e);
  const struct segment *g = snapshot_segment(s, 0);
  for (uint32_t i = 0; i < g->levels[LEVEL_MEMBER].column_count; i++) {
    const struct column *c = &g->levels[LEVEL_MEMBER].columns[i];
    const char *name = snapshot_schema(s)->levels[LEVEL_MEMBER].columns[i].name;
    if (!strcmp(name, "name")) assert_true(c->dict_count > 50 && c->dict_count < c->rows);
    if (!strcmp(name, "id_number")) assert_true(c->dict_count > c->rows / 2 && c->width == COL_U16);
  }
  for (uint32_t i = 0; i < g->levels[LEVEL_HOUSEHOLD].column_count; i++) {
    const struct column *c = &g->levels[LEVEL_HOUSEHOLD].columns[i];
    const char *name = snapshot_schema(s)->levels[LEVEL_HOUSEHOLD].columns[i].name;
    if (!strcmp(name, "income_given")) assert_true(c->width == COL_F64 && column_cell(c, 0).d > 100);
    if (!strcmp(name, "farmland")) assert_true(c->decimals == 4 && c->max > 20000);
    if (!strcmp(name, "registered_persons")) assert_true(!column_has(c, 0) && c->dict_count == 0);
  }
  snapshot_close(s);
  close_made(&m);
}

UNIT_MAIN(UNIT(a_segment_out_of_chunks_is_the_one_a_builder_makes), UNIT(it_is_the_same_however_its_rows_were_cut), UNIT(a_codebook_with_other_kinds_gets_its_own))
