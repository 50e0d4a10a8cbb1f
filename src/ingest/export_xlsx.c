#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "ingest/export.h"
#include "ingest/sheet_out.h"

struct book_out {
  const struct export_plan *plan;
  struct sheet_out *out;
};

static void put_value(struct sheet_out *out, const struct field *f, const struct cell *c, enum language lang) {
  char buf[40];
  const char *missing = c->absence != PRESENT ? export_missing(f, c->absence) : "";
  if (c->absence != PRESENT) {
    if (f->kind == COL_TEXT && missing[0] == '.') sheet_out_nothing(out);
    else sheet_out_text(out, span_of(missing));
    return;
  }
  switch (f->kind) {
    case COL_BOOL: sheet_out_text(out, span_of(lang == LANG_ZH ? c->i ? "是" : "否" : c->i ? "yes" : "no")); return;
    case COL_INT: sheet_out_number(out, number_decimal_format(c->i, 0, buf)); return;
    case COL_DECIMAL: sheet_out_number(out, number_decimal_format(c->i, f->decimals, buf)); return;
    case COL_REAL: sheet_out_number(out, number_shortest(c->d, buf)); return;
    case COL_DATE: sheet_out_date(out, (int32_t)c->i); return;
    case COL_CHOICE: sheet_out_text(out, sheet_word(f, c->s, lang)); return;
    case COL_TEXT: sheet_out_text(out, c->s); return;
    case COL_KIND_COUNT: return;
  }
}

static enum status put_row(void *ctx, const struct segment *s, uint32_t segment, uint64_t household, uint64_t row, uint64_t number, struct err *e) {
  struct book_out *o = ctx;
  const struct export_from *from = o->plan->from;
  char buffer[24];
  struct span own;
  (void)segment;
  for (uint32_t i = 0; i < o->plan->count; i++) {
    const struct export_column *c = &o->plan->columns[i];
    struct cell cell;
    switch (c->role) {
      case EXPORT_HOUSEHOLD: cell = column_cell(&s->household_key, household), sheet_out_text(o->out, cell.s); break;
      case EXPORT_NUMBER:
        TRY(export_number(from, s, household, row, number, buffer, &own, e));
        sheet_out_text(o->out, own);
        break;
      case EXPORT_VILLAGE: {
        uint64_t at = from->level == LEVEL_VILLAGE ? row : s->village_of ? s->village_of[household] : SEGMENT_NO_ROW;
        if (at == SEGMENT_NO_ROW) sheet_out_nothing(o->out);
        else cell = column_cell(&s->village_code, at), sheet_out_text(o->out, cell.s);
        break;
      }
      case EXPORT_FIELD: cell = column_cell(&s->levels[from->level].columns[c->at], row), put_value(o->out, c->field, &cell, from->lang); break;
    }
  }
  return sheet_out_row(o->out, e);
}

enum status export_xlsx(struct arena *a, const struct export_plan *p, const char *path, struct err *e) {
  struct sheet_column *columns = arena_array(a, p->count, sizeof *columns);
  ARENA_TRY(e, columns);
  for (uint32_t i = 0; i < p->count; i++) {
    const struct export_column *c = &p->columns[i];
    bool shared = !c->label || !c->label[0];
    for (uint32_t k = 0; k < p->count && !shared; k++) shared = k != i && p->columns[k].label && strcmp(p->columns[k].label, c->label) == 0;
    bool key = !c->field && p->from->lang != LANG_ZH; /* known by its name when the file comes back */
    columns[i].heading = span_of(shared || key ? c->name : c->label);
    if (!c->field) continue;
    enum col_kind kind = c->field->kind;
    columns[i].kind = kind == COL_DATE ? SHEET_DATE : kind == COL_INT || kind == COL_DECIMAL || kind == COL_REAL ? SHEET_NUMBER : SHEET_TEXT;
    TRY(sheet_words(a, c->field, p->from->lang, &columns[i].list, &columns[i].list_count, e));
  }
  struct book_out o = {.plan = p};
  TRY(sheet_out_open(&o.out, a, path, p->from->programme->levels[p->from->level].name, columns, p->count, p->rows, p->from->lang, e));
  return sheet_out_close(o.out, export_each(p, put_row, &o, e), e);
}
