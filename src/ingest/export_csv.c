#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "ingest/export.h"
#include "ingest/refused.h"

static void put_value(FILE *out, const struct field *f, const struct cell *c) {
  char buf[40];
  if (c->absence != PRESENT) {
    if (f->kind != COL_TEXT || f->missing_count) refused_put(out, span_of(f->kind == COL_TEXT && export_missing(f, c->absence)[0] == '.' ? "" : export_missing(f, c->absence)));
    return;
  }
  switch (f->kind) {
    case COL_BOOL: putc(c->i ? '1' : '0', out); return;
    case COL_INT: fprintf(out, "%lld", (long long)c->i); return;
    case COL_DECIMAL: fputs(number_decimal_format(c->i, f->decimals, buf), out); return;
    case COL_REAL: fputs(number_shortest(c->d, buf), out); return;
    case COL_DATE: fputs(date_format((int32_t)c->i, buf), out); return;
    case COL_CHOICE: case COL_TEXT: refused_put(out, c->s); return;
    case COL_KIND_COUNT: return;
  }
}

struct csv_out {
  const struct export_plan *plan;
  FILE *out;
};

static enum status put_row(void *ctx, const struct segment *s, uint32_t segment, uint64_t household, uint64_t row, uint64_t number, struct err *e) {
  struct csv_out *o = ctx;
  char buffer[24];
  struct span own;
  (void)segment;
  for (uint32_t i = 0; i < o->plan->count; i++) {
    const struct export_column *c = &o->plan->columns[i];
    struct cell cell;
    if (i) putc(',', o->out);
    switch (c->role) {
      case EXPORT_HOUSEHOLD: cell = column_cell(&s->household_key, household), refused_put(o->out, cell.s); break;
      case EXPORT_NUMBER:
        TRY(export_number(o->plan->from, s, household, row, number, buffer, &own, e));
        refused_put(o->out, own);
        break;
      case EXPORT_VILLAGE: {
        uint64_t at = o->plan->from->level == LEVEL_VILLAGE ? row : s->village_of ? s->village_of[household] : SEGMENT_NO_ROW;
        if (at != SEGMENT_NO_ROW) cell = column_cell(&s->village_code, at), refused_put(o->out, cell.s);
        break;
      }
      case EXPORT_FIELD: cell = column_cell(&s->levels[o->plan->from->level].columns[c->at], row), put_value(o->out, c->field, &cell); break;
    }
  }
  putc('\n', o->out);
  return ferror(o->out) ? err_set(e, ERR_IO, NULL, "cannot write the file") : OK;
}

enum status export_csv(const struct export_plan *p, const char *path, struct err *e) {
  struct export_file f;
  TRY(export_file_open(&f, path, e));
  struct csv_out o = {p, f.stream};
  for (uint32_t i = 0; i < p->count; i++) fprintf(o.out, "%s%s", i ? "," : "", p->columns[i].name);
  putc('\n', o.out);
  return export_file_close(&f, export_each(p, put_row, &o, e), e);
}

static const char *const absence_words[] = {[PRESENT] = "", [ABSENT_EMPTY] = "empty", [ABSENT_REFUSED] = "refused", [ABSENT_NOT_APPLICABLE] = "not applicable", [ABSENT_NO_ROSTER] = "roster not taken"};

static void describe(FILE *out, const struct export_column *c, enum language lang) {
  const struct field *f = c->field;
  struct text t;
  text_init(&t, 1u << 20);
  refused_put(out, span_of(c->label ? c->label : ""));
  putc(',', out);
  fputs(f ? f->money ? "money" : col_kind_name(f->kind) : "text", out);
  putc(',', out);
  if (f && f->unit) refused_put(out, span_of(f->unit));
  putc(',', out);
  for (uint32_t i = 0; f && i < f->choice_count; i++) text_addf(&t, "%s%s=%s", i ? "; " : "", f->choices[i].code, label_in(&f->choices[i].label, lang, f->choices[i].code));
  refused_put(out, span_of(text_str(&t)));
  text_clear(&t);
  for (uint32_t i = 0; f && i < f->missing_count; i++) text_addf(&t, "%s%s=%s", i ? "; " : "", f->missing[i].text, absence_words[f->missing[i].why]);
  putc(',', out);
  refused_put(out, span_of(text_str(&t)));
  putc('\n', out);
  text_free(&t);
}

enum status export_codebook(const struct export_plan *p, const char *path, struct err *e) {
  struct export_file f;
  TRY(export_file_open(&f, path, e));
  FILE *out = f.stream;
  fputs("level,column,label,type,unit,choices,missing\n", out);
  for (uint32_t i = 0; i < p->count; i++) {
    fprintf(out, "%s,%s,", p->from->programme->levels[p->from->level].name, p->columns[i].name);
    describe(out, &p->columns[i], p->from->lang);
  }
  return export_file_close(&f, OK, e);
}
