/* people.h - a programme built by hand, with every kind of field, and a sink that writes down what it gets. */
#ifndef PEOPLE_H
#define PEOPLE_H

#include "fixture.h"

static const struct choice people_regions[] = {{"north", {"North", "北"}}, {"south", {"South", "南"}}};
static const struct choice people_sexes[] = {{"1", {"male", "男"}}, {"2", {"female", "女"}}};
static const struct missing_code people_codes[] = {{"-9", ABSENT_REFUSED}, {"-8", ABSENT_NOT_APPLICABLE}, {".b", ABSENT_NOT_APPLICABLE}, {"don't know", ABSENT_REFUSED}};

#define PEOPLE_MISSING .missing = people_codes, .missing_count = 4

static struct field people_household[] = {
    {.name = "region", .level = LEVEL_HOUSEHOLD, .kind = COL_CHOICE, .label = {"Region", "地区"}, .choices = people_regions, .choice_count = 2, .required = true, .column = 0},
    {.name = "income", .level = LEVEL_HOUSEHOLD, .kind = COL_DECIMAL, .money = true, .decimals = 2, .label = {"Household income", "家庭收入"}, .column = 1, PEOPLE_MISSING},
    {.name = "weight", .level = LEVEL_HOUSEHOLD, .kind = COL_REAL, .real_bounded = true, .real_lo = 0, .real_hi = 1e308, .column = 2},
    {.name = "car", .level = LEVEL_HOUSEHOLD, .kind = COL_BOOL, .label = {"Has a car", "有车"}, .column = 3, PEOPLE_MISSING},
    {.name = "phone", .level = LEVEL_HOUSEHOLD, .kind = COL_TEXT, .sealed = true, .column = 4},
};
static struct field people_members[] = {
    {.name = "age", .level = LEVEL_MEMBER, .kind = COL_INT, .bounded = true, .lo = 0, .hi = 120, .label = {"Age", "年龄"}, .column = 0, PEOPLE_MISSING},
    {.name = "sex", .level = LEVEL_MEMBER, .kind = COL_CHOICE, .label = {"Sex", "性别"}, .choices = people_sexes, .choice_count = 2, .column = 1},
    {.name = "born", .level = LEVEL_MEMBER, .kind = COL_DATE, .column = 2},
    {.name = "idnum", .level = LEVEL_MEMBER, .kind = COL_TEXT, .sealed = true, .label = {"Identity number", "身份证号"}, .column = 3},
};

static inline struct programme people_programme(void) {
  struct programme p = {.name = "people", .level_count = 3};
  p.levels[LEVEL_HOUSEHOLD] = (struct level){.name = "household", .fields = people_household, .field_count = 5, .collected_count = 5};
  p.levels[LEVEL_MEMBER] = (struct level){.name = "members", .fields = people_members, .field_count = 4, .collected_count = 4};
  p.levels[LEVEL_VILLAGE] = (struct level){.name = "village"};
  return p;
}

/* What came, as text: "H 1: region=north income=1200 ..." a row a line; ~ for empty, ?refused and ?na for missing codes; fields not mapped left out. */
struct people_sink {
  struct programme *p;
  struct text text;
  uint64_t rows;
};

static inline enum status people_row(void *ctx, const struct ingest_row *row, struct err *e) {
  struct people_sink *s = ctx;
  const struct level *l = &s->p->levels[row->level];
  char buf[40];
  (void)e;
  s->rows++;
  text_addf(&s->text, "%c %.*s%s%.*s:", row->level == LEVEL_HOUSEHOLD ? 'H' : row->level == LEVEL_MEMBER ? 'M' : 'L', (int)row->household_key.len, row->household_key.at,
            row->member_key.len ? "/" : "", (int)row->member_key.len, row->member_key.at);
  for (uint32_t i = 0; i < l->collected_count; i++) {
    const struct cell *c = &row->cells[i];
    if (row->mapped && !bits_get(row->mapped, i)) continue;
    text_addf(&s->text, " %s=", l->fields[i].name);
    if (c->absence != PRESENT) text_add(&s->text, c->absence == ABSENT_EMPTY ? "~" : c->absence == ABSENT_REFUSED ? "?refused" : "?na");
    else if (l->fields[i].kind == COL_CHOICE || l->fields[i].kind == COL_TEXT) text_addn(&s->text, c->s.at, c->s.len);
    else if (l->fields[i].kind == COL_REAL) text_add(&s->text, number_shortest(c->d, buf));
    else if (l->fields[i].kind == COL_DATE) text_add(&s->text, date_format((int32_t)c->i, buf));
    else text_addf(&s->text, "%lld", (long long)c->i);
  }
  text_addc(&s->text, '\n');
  return OK;
}

/* Runs a source into text. The caller frees sink->text. */
static inline enum status people_ingest(struct programme *p, const struct source *src, const struct ingest_options *o, struct people_sink *s, struct ingest_counts *c,
                                        struct err *e) {
  *s = (struct people_sink){.p = p};
  text_init(&s->text, (size_t)64 << 20);
  struct ingest_sink sink = {.row = people_row, .ctx = s};
  return ingest_source(p, src, o, &sink, c, e);
}

#endif
