/* tables.h - a plan as tables: the one place from which the screen, CSV, JSON and the finance office's workbook are written.
 *
 * A table is columns with a stable English key (CSV, JSON), a heading in each language, and cells. Each stands whole in the arena; the lines of a prefecture
 * take some 50 MB. Cells of an amount are whole currency units; shares are in [0,1]. */
#ifndef PLAN_TABLES_H
#define PLAN_TABLES_H

#include "plan/plan.h"

#define PLAN_TABLE_TABLE(X)                                                                                              \
  X(TABLE_POVERTY, "poverty", "Poverty of those who are planned for", "计划对象的贫困状况")                              \
  X(TABLE_MEASURES, "measures", "Measures", "措施")                                                                      \
  X(TABLE_DOUBTS, "doubts", "How sure each measure is", "各措施的可靠程度")                                             \
  X(TABLE_GUARANTEES, "guarantees", "Guarantees, before anything else", "保障先行")                                      \
  X(TABLE_GUARANTEE_SUMS, "guarantee_sums", "Guarantees, before anything else", "保障先行（合计）")                         \
  X(TABLE_FUND_SUMS, "fund_sums", "Funds of the first year", "首年资金（合计）")                                          \
  X(TABLE_FUNDS, "funds", "Funds", "资金")                                                                               \
  X(TABLE_MARKETS, "markets", "Markets", "市场")                                                                         \
  X(TABLE_LIMITS, "limits", "What runs short, dearest first", "紧缺的约束（按影子价格）")                                \
  X(TABLE_DIAGNOSIS, "diagnosis", "What binds the villages", "村级制约因素")                                             \
  X(TABLE_PLACES, "places", "By county, township and village", "分县、乡、村汇总")                                       \
  X(TABLE_LINES, "lines", "Who gets what", "到户到村明细")
enum plan_table_id {
#define X(id, key, en, zh) id,
  PLAN_TABLE_TABLE(X)
#undef X
      PLAN_TABLE_COUNT
};

enum plan_cell_kind { CELL_NONE, CELL_TEXT, CELL_INT, CELL_REAL };
struct plan_cell { enum plan_cell_kind kind; union { const char *text; int64_t i; double d; }; };
struct plan_heading { const char *key; struct label label; bool number; int decimals; };

struct plan_table {
  enum plan_table_id id;
  const struct plan_heading *headings; uint32_t columns;
  const struct plan_cell *cells; uint32_t rows; /* row by row */
};

const char *plan_table_key(enum plan_table_id id);
struct label plan_table_title(enum plan_table_id id);
/* The words in cells are in `lang`. */
enum status plan_table_fill(struct arena *a, const struct plan *p, enum plan_table_id id, enum language lang, struct plan_table *out, struct err *e) MUST_CHECK;

#endif
