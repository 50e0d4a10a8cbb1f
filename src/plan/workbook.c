#include "plan/workbook.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/text.h"

struct writing {
  struct arena *arena;
  const struct plan *p;
  enum language lang;
  lxw_workbook *book;
  lxw_format *title, *head, *text, *wrap, *whole, *decimal[5], *sum;
  lxw_error failed;
};

static void check(struct writing *w, lxw_error e) {
  if (!w->failed) w->failed = e;
}

#define SAY(w, english, chinese) ((w)->lang == LANG_ZH ? chinese : english)

static void formats(struct writing *w) {
  static const char *const decimals[5] = {"#,##0", "#,##0.0", "#,##0.00", "#,##0.000", "#,##0.0000"};
  w->title = workbook_add_format(w->book), w->head = workbook_add_format(w->book), w->text = workbook_add_format(w->book), w->wrap = workbook_add_format(w->book), w->whole = workbook_add_format(w->book), w->sum = workbook_add_format(w->book);
  format_set_bold(w->title), format_set_font_size(w->title, 14);
  format_set_bold(w->head), format_set_text_wrap(w->head), format_set_align(w->head, LXW_ALIGN_VERTICAL_TOP), format_set_bg_color(w->head, 0xE8EEF4), format_set_bottom(w->head, LXW_BORDER_THIN);
  format_set_num_format(w->text, "@");
  format_set_text_wrap(w->wrap), format_set_align(w->wrap, LXW_ALIGN_VERTICAL_TOP);
  format_set_num_format(w->whole, "#,##0");
  format_set_num_format(w->sum, "#,##0"), format_set_bold(w->sum), format_set_top(w->sum, LXW_BORDER_THIN);
  for (int i = 0; i < 5; i++) w->decimal[i] = workbook_add_format(w->book), format_set_num_format(w->decimal[i], decimals[i]);
}

/* ---- the cover ---- */

struct cover { struct writing *w; lxw_worksheet *sheet; lxw_row_t row; };

static void line(struct cover *c, const char *what, const char *value) {
  check(c->w, worksheet_write_string(c->sheet, c->row, 0, what, c->w->wrap));
  check(c->w, worksheet_write_string(c->sheet, c->row++, 1, value ? value : "", c->w->wrap));
}

static void number(struct cover *c, const char *what, double v, lxw_format *f) {
  check(c->w, worksheet_write_string(c->sheet, c->row, 0, what, c->w->wrap));
  check(c->w, worksheet_write_number(c->sheet, c->row++, 1, v, f));
}

static void write_cover(struct writing *w, const struct workbook_cover *v) {
  const struct plan *p = w->p;
  const struct programme *g = p->people->programme;
  const int64_t value = p->certified.value - p->pinned, bound = p->certified.bound - p->pinned;
  struct cover c = {w, workbook_add_worksheet(w->book, SAY(w, "Plan", "计划")), 0};
  if (!c.sheet) {
    w->failed = LXW_ERROR_MEMORY_MALLOC_FAILED;
    return;
  }
  check(w, worksheet_set_column(c.sheet, 0, 0, 44, NULL));
  check(w, worksheet_set_column(c.sheet, 1, 1, 70, NULL));
  check(w, worksheet_write_string(c.sheet, c.row++, 0, label_in(&g->title, w->lang, g->name), w->title));
  c.row++;
  line(&c, SAY(w, "Plan of the year", "计划年度"), arena_printf(w->arena, "%d", (int)p->year));
  line(&c, SAY(w, "Round", "轮次"), v->round);
  if (v->scenario) line(&c, SAY(w, "Scenario", "情景"), v->scenario);
  line(&c, SAY(w, "Amounts in", "金额单位"), v->currency);
  number(&c, SAY(w, "Households planned for", "计划对象户数"), p->people->count, w->whole);
  number(&c, SAY(w, "Households with a measure", "有措施户数"), (double)p->helped, w->whole);
  number(&c, SAY(w, "Cost in the first year", "首年费用"), (double)p->all.cost, w->whole);
  number(&c, SAY(w, "Upkeep in later years", "后续维护费用"), (double)p->all.later, w->whole);
  number(&c, SAY(w, "Guarantees owed", "保障应付"), (double)p->built.money.owed, w->whole);
  number(&c, SAY(w, "Guarantees that no fund can pay: arrears", "保障欠付"), (double)(p->built.money.owed - p->built.money.paid), w->whole);
  c.row++;
  line(&c, SAY(w, "How near the best possible", "与最优的差距"), arena_printf(w->arena, SAY(w, "at least %.3f %% of the best that is possible under the assumptions; proved by the certificate", "在所列假定下至少达到最优的 %.3f %%，由证书证明"), bound > 0 ? 100.0 * (double)value / (double)bound : 100.0));
  line(&c, SAY(w, "How sure", "可靠程度"), arena_printf(w->arena, SAY(w, "over %u draws of effects, prices, yields and measurement error the plan falls short of the best one by %.1f %% (one draw in ten: by over %.1f %%)", "对效果、价格、产量和测量误差抽样 %u 次，计划较各次最优少 %.1f %%（一成抽样超过 %.1f %%）"), p->doubts->draws, 100 * p->doubts->regret.mid, 100 * p->doubts->regret.high));
  line(&c, SAY(w, "Rests on assumed values", "依据假定值"), arena_printf(w->arena, SAY(w, "%.0f %% of the plan's value", "占计划价值的 %.0f %%"), 100 * p->doubts->assumed_value));
  c.row++;
  line(&c, SAY(w, "Rules", "规则哈希"), v->rules_hash);
  line(&c, SAY(w, "Data", "数据哈希"), v->snapshot);
  line(&c, SAY(w, "Model", "模型哈希"), p->model_hash);
}

/* ---- a sheet a table ---- */

static bool is_money(const char *key) { return !strcmp(key, "cost") || !strcmp(key, "later") || !strcmp(key, "amount") || !strcmp(key, "guarantees") || !strcmp(key, "plan") || !strcmp(key, "left") || !strcmp(key, "owed") || !strcmp(key, "paid") || !strcmp(key, "arrear"); }

static void write_cell(struct writing *w, lxw_worksheet *s, lxw_row_t row, uint32_t column, const struct plan_cell *x, const struct plan_heading *h) {
  const int decimals = h->decimals < 0 ? 0 : h->decimals > 4 ? 4 : h->decimals;
  if (x->kind == CELL_TEXT) check(w, worksheet_write_string(s, row, (lxw_col_t)column, x->text, w->text));
  else if (x->kind == CELL_INT) check(w, worksheet_write_number(s, row, (lxw_col_t)column, (double)x->i, strcmp(h->key, "year") ? w->whole : NULL));
  else if (x->kind == CELL_REAL) check(w, worksheet_write_number(s, row, (lxw_col_t)column, x->d, w->decimal[decimals]));
}

static enum status write_table(struct writing *w, enum plan_table_id id, struct err *e) {
  struct plan_table t;
  TRY(plan_table_fill(w->arena, w->p, id, w->lang, &t, e));
  if (t.rows > LXW_ROW_MAX - 3) return err_set(e, ERR_LIMIT, "plan by county (scenario: areas), or take --table lines --format csv", "the table of %s has %u rows; a sheet holds %d", plan_table_key(id), t.rows, LXW_ROW_MAX);
  const struct label title = plan_table_title(id);
  const char *name = w->lang == LANG_ZH ? title.zh : plan_table_key(id); /* a sheet's name has 31 characters at most */
  lxw_worksheet *s = workbook_add_worksheet(w->book, w->lang == LANG_ZH && strlen(name) > 60 ? plan_table_key(id) : name);
  if (!s) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  for (uint32_t k = 0; k < t.columns; k++) check(w, worksheet_set_column(s, (lxw_col_t)k, (lxw_col_t)k, t.headings[k].number ? 14 : 24, NULL));
  worksheet_freeze_panes(s, 1, 0);
  if (t.rows) check(w, worksheet_autofilter(s, 0, 0, t.rows, (lxw_col_t)(t.columns - 1)));
  for (uint32_t k = 0; k < t.columns; k++) check(w, worksheet_write_string(s, 0, (lxw_col_t)k, label_in(&t.headings[k].label, w->lang, t.headings[k].key), w->head));
  for (uint32_t r = 0; r < t.rows; r++)
    for (uint32_t k = 0; k < t.columns; k++) write_cell(w, s, r + 1, k, &t.cells[(size_t)r * t.columns + k], &t.headings[k]);
  for (uint32_t k = 0; k < t.columns && t.rows && id != TABLE_PLACES; k++) { /* places are sums of one another */
    char formula[64];
    if (!is_money(t.headings[k].key) || !t.headings[k].number) continue;
    snprintf(formula, sizeof formula, "=SUM(%c2:%c%u)", (char)('A' + k), (char)('A' + k), t.rows + 1);
    double sum = 0;
    for (uint32_t r = 0; r < t.rows; r++) sum += t.cells[(size_t)r * t.columns + k].kind == CELL_INT ? (double)t.cells[(size_t)r * t.columns + k].i : 0;
    check(w, worksheet_write_formula_num(s, t.rows + 1, (lxw_col_t)k, formula, w->sum, sum));
  }
  return OK;
}

enum status workbook_write(struct arena *a, const struct plan *p, const struct workbook_cover *cover, enum language lang, const char *path, struct err *e) {
  static const enum plan_table_id order[] = {TABLE_PLACES, TABLE_MEASURES, TABLE_FUNDS, TABLE_GUARANTEES, TABLE_LINES, TABLE_POVERTY, TABLE_DOUBTS, TABLE_MARKETS, TABLE_LIMITS, TABLE_DIAGNOSIS};
  if (!p->doubts) return err_set(e, ERR_USAGE, "leave --draws out, or give it 100 or more", "a plan without its doubts is not for export");
  char *temp;
  ARENA_TRY(e, temp = arena_printf(a, "%s.tmp-%ld", path, (long)getpid()));
  lxw_workbook_options options = {.constant_memory = LXW_TRUE, .use_zip64 = LXW_TRUE};
  struct writing w = {.arena = a, .p = p, .lang = lang, .book = workbook_new_opt(temp, &options)};
  if (!w.book) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  lxw_doc_properties properties = {.created = 946684800}; /* not the clock, so that bytes repeat */
  check(&w, workbook_set_properties(w.book, &properties));
  formats(&w);
  write_cover(&w, cover);
  enum status st = OK;
  for (size_t i = 0; i < sizeof order / sizeof *order && st == OK && !w.failed; i++) st = write_table(&w, order[i], e);
  check(&w, workbook_close(w.book));
  if (st == OK && w.failed) st = err_set(e, ERR_IO, "is the disk full? may the folder be written?", "cannot write %s: %s", path, lxw_strerror(w.failed));
  if (st == OK && rename(temp, path) != 0) st = err_set(e, ERR_IO, "may the folder be written?", "cannot put %s in place", path);
  if (st != OK) (void)unlink(temp);
  return st;
}
