/* cmd_check.c - `lucid check`: everything wrong in a programme folder with its place, or what was understood. */
#include <string.h>

#include "base/date.h"
#include "base/file.h"
#include "base/number.h"
#include "cli/cli.h"
#include "cli/say_error.h"
#include "cli/table.h"
#include "programme/keys.h"
#include "rules/block.h"

static enum status show_problems(struct cli *c, const char *folder, const struct problem *list, struct err *e) {
  uint32_t count = 0;
  if (c->format == FORMAT_TABLE) {
    for (const struct problem *p = list; p; p = p->next, count++) {
      char said[1200];
      say_error(c->lang, p->message, said, sizeof said);
      if (p->line) printf("%s/%s:%d:%d: %s\n", folder, p->file, p->line, p->column, said);
      else printf("%s/%s: %s\n", folder, p->file, said);
      if (!p->hint) continue;
      say_error(c->lang, p->hint, said, sizeof said);
      printf("    %s%s\n", c->lang == LANG_ZH ? "提示：" : "HINT: ", said);
    }
  } else {
    static const char *const headings[] = {"file", ">line", ">column", "message", "hint", NULL};
    struct table_out *t;
    TRY(table_open(c, headings, &t, e));
    for (const struct problem *p = list; p; p = p->next, count++) {
      table_text(t, p->file);
      table_int(t, p->line), table_int(t, p->column);
      table_text(t, p->message), table_text(t, p->hint);
    }
    TRY(table_close(t, e));
  }
  fflush(stdout);
  return err_set(e, ERR_INPUT, NULL, c->lang == LANG_ZH ? "%s：%u 处问题" : count == 1 ? "%s: %u problem" : "%s: %u problems", folder, count);
}

/* A copy: what is assumed in it, and what it inherited and nobody has confirmed, whichever it is. */
static enum status show_inherited(struct cli *c, const struct programme *p, struct err *e) {
  static const char *const headings[] = {"item", "what", "value", "why", "state", "source", "file", ">line", NULL};
  struct table_out *t;
  struct map listed;
  TRY(table_open(c, headings, &t, e));
  map_init(&listed, &c->arena);
  for (uint32_t i = 0; i < p->inherited->count; i++) {
    const struct inherited_item *x = &p->inherited->items[i];
    uint32_t at = map_get(&p->value_index, x->item, strlen(x->item)), index;
    bool fresh, assumed = at != MAP_NONE && p->values[at].assumed;
    if (!map_put(&listed, x->item, strlen(x->item), &index, &fresh)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    if (x->state == INHERITED_CONFIRMED && !assumed) continue;
    const char *cells[] = {x->item, label_in(&x->what, c->lang, NULL), x->now, x->why, inherited_state_word(x->state), x->source, at != MAP_NONE ? p->values[at].file : x->file};
    for (size_t k = 0; k < sizeof cells / sizeof *cells; k++) table_text(t, cells[k]);
    if (at != MAP_NONE) table_int(t, p->values[at].line);
    else table_text(t, NULL);
  }
  for (uint32_t i = 0; i < p->value_count; i++) {
    const struct programme_value *v = &p->values[i];
    if (!v->assumed || map_get(&listed, v->item, strlen(v->item)) != MAP_NONE) continue;
    const char *cells[] = {v->item, label_in(&v->label, c->lang, NULL), v->value, "assumed", "own", v->source, v->file};
    for (size_t k = 0; k < sizeof cells / sizeof *cells; k++) table_text(t, cells[k]);
    table_int(t, v->line);
  }
  return table_close(t, e);
}

static enum status show_assumed(struct cli *c, const struct programme *p, struct err *e) {
  static const char *const headings[] = {"section", "name", "what", "value", "source", "file", ">line", NULL};
  struct table_out *t;
  if (p->inherited) return show_inherited(c, p, e);
  TRY(table_open(c, headings, &t, e));
  for (uint32_t i = 0; i < p->assumed_count; i++) {
    const struct assumption *a = &p->assumed[i];
    table_text(t, a->section), table_text(t, a->name), table_text(t, label_in(&a->label, c->lang, NULL)), table_text(t, a->value), table_text(t, a->source), table_text(t, a->file);
    table_int(t, a->line);
  }
  return table_close(t, e);
}

static enum status show_keys(struct err *e) {
  struct text out;
  text_init(&out, 1 << 17);
  for (const struct key_table *const *t = keys_all; *t; t++) {
    text_addf(&out, "### %s\n\n", (*t)->title);
    keys_table_text(*t, &out);
    text_addc(&out, '\n');
  }
  enum status s = text_check(&out, "the list of keys", e);
  if (s == OK) fputs(text_str(&out), stdout);
  text_free(&out);
  return s;
}

/* ---- what was understood ---- */

struct words { const char *en, *zh; };
static void row(struct cli *c, struct table_out *t, struct words what, const char *value) {
  table_text(t, c->lang == LANG_ZH ? what.zh : what.en);
  table_text(t, value);
}

static const char *held(struct cli *c, struct text *t) {
  const char *copy = arena_str(&c->arena, text_str(t));
  text_clear(t);
  return copy ? copy : "";
}

static void say_areas(struct cli *c, struct table_out *t, const struct programme *p, struct text *w) {
  for (uint32_t i = 0; i < p->area_level_count; i++) {
    uint32_t n = 0;
    for (uint32_t j = 0; j < p->area_count; j++) n += p->areas[j].level == i;
    text_addf(w, "%s%u %s%s", i ? ", " : "", n, p->area_level_names[i], i == p->home_level ? (c->lang == LANG_ZH ? "（登记库所在）" : " (home)") : "");
  }
  if (p->area_level_count) row(c, t, (struct words){"areas", "地区"}, held(c, w));
}

static void say_fields(struct cli *c, struct table_out *t, const struct programme *p, struct text *w) {
  for (uint32_t k = 0; k < p->level_count; k++) {
    const struct level *v = &p->levels[k];
    if (!v->field_count) continue;
    uint32_t sealed = 0;
    for (uint32_t i = 0; i < v->collected_count; i++) sealed += v->fields[i].sealed;
    text_addf(w, c->lang == LANG_ZH ? "收集 %u 项" : "%u collected", v->collected_count);
    if (v->field_count > v->collected_count) text_addf(w, c->lang == LANG_ZH ? ",计算 %u 项" : ", %u derived", v->field_count - v->collected_count);
    if (sealed) text_addf(w, c->lang == LANG_ZH ? ",加密 %u 项" : ", %u sealed", sealed);
    const char *words = held(c, w);
    text_addf(w, c->lang == LANG_ZH ? "字段：%s" : "fields of %s", v->name);
    const char *what = held(c, w);
    row(c, t, (struct words){what, what}, words);
  }
}

static void say_lines(struct cli *c, struct table_out *t, const struct programme *p, struct text *w) {
  for (uint32_t i = 0; i < p->line_count; i++) {
    const struct line *n = &p->lines[i];
    char number[32];
    if (n->kind == LINE_RELATIVE) text_addf(w, c->lang == LANG_ZH ? "分位数 %g 的 %g 倍" : "%2$g of quantile %1$g", n->quantile, n->share);
    else {
      double amount = programme_line_amount(p, i, p->year, "*");
      if (amount != amount) text_addf(w, c->lang == LANG_ZH ? "%u 个金额（按地区）" : "%u amounts, by area", n->amount_count);
      else text_add(w, number_shortest(amount, number));
    }
    if (i == p->main_line) text_add(w, c->lang == LANG_ZH ? "（规则中的 line）" : " (`line` in rules)");
    const char *words = held(c, w);
    text_addf(w, c->lang == LANG_ZH ? "贫困线：%s" : "line %s", n->name);
    const char *what = held(c, w);
    row(c, t, (struct words){what, what}, words);
  }
}

static void say_decisions(struct cli *c, struct table_out *t, const struct programme *p, struct text *w) {
  bool zh = c->lang == LANG_ZH;
  const struct identify *d = &p->identify;
  if (p->indicator_count) {
    char cutoff[32];
    text_addf(w, zh ? "%u 个，%u 项指标，临界值 %s" : "%u with %u indicators, cutoff %s", p->dimension_count, p->indicator_count, number_shortest(p->cutoff, cutoff));
    row(c, t, (struct words){"dimensions", "维度"}, held(c, w));
  }
  for (uint32_t i = 0; i < d->include_count; i++) text_addf(w, "%s%s", i ? ", " : "", d->include[i].name);
  if (d->include_count) row(c, t, (struct words){"included by", "纳入"}, held(c, w));
  for (uint32_t i = 0; i < d->exclude_count; i++) text_addf(w, "%s%s", i ? ", " : "", d->exclude[i].name);
  if (d->exclude_count) row(c, t, (struct words){"excluded by", "排除"}, held(c, w));
  for (uint32_t i = 0; i < d->cause_count; i++) text_addf(w, "%s%s", i ? ", " : "", d->causes[i].name);
  if (d->cause_count) row(c, t, (struct words){"causes", "致贫原因"}, held(c, w));
  if (d->has_rank) {
    text_addf(w, "%s, %s", d->rank.source, zh ? (d->rank_descending ? "大者优先" : "小者优先") : d->rank_descending ? "largest first" : "smallest first");
    row(c, t, (struct words){"ranked by", "排序"}, held(c, w));
  }
  if (d->has_quota) {
    static const char *const ties[][2] = {{"ties by lot", "并列抽签"}, {"ties included", "并列全纳入"}, {"ties excluded", "并列全不纳入"}};
    int64_t places = 0;
    bool each = false;
    for (uint32_t i = 0; i < d->quota_count; i++) each = each || !strcmp(d->quota[i].area, "*"), places += d->quota[i].places;
    text_addf(w, zh ? "%s%lld %s，按 %s，%s" : "%s%lld %s by %s, %s", each ? (zh ? "各地 " : "for each area: ") : "", (long long)places, zh ? (d->quota_persons ? "人" : "户") : d->quota_persons ? "persons" : "households",
              p->area_level_names[d->quota_level], ties[d->ties][zh]);
    row(c, t, (struct words){"places", "名额"}, held(c, w));
  }
}

static void say_monitor(struct cli *c, struct table_out *t, const struct programme *p, struct text *w) {
  const struct monitor *m = &p->monitor;
  bool zh = c->lang == LANG_ZH;
  if (!m->there) return;
  for (uint32_t i = 0; i < m->kind_count; i++) text_addf(w, "%s%s", i ? ", " : "", m->kinds[i].name);
  text_addf(w, "%s", zh ? "；消除须：" : "; cleared by ");
  for (uint32_t i = 0; i < m->clear_count; i++) text_addf(w, "%s%s", i ? ", " : "", m->clear[i].name);
  if (m->days) text_addf(w, zh ? "；%d 天内认定，其中公示 %d 天" : "; decided in %d days, %d of them for the notice", m->days, m->notice);
  row(c, t, (struct words){"monitored as", "监测类型"}, held(c, w));
}

static void say_sources(struct cli *c, struct table_out *t, const struct programme *p, struct text *w) {
  for (uint32_t i = 0; i < p->source_count; i++) {
    const struct source *s = &p->sources[i];
    const char *level = p->levels[s->level].name;
    bool zh = c->lang == LANG_ZH;
    if (s->flat) text_addf(w, zh ? "%s，每行一个 %s（含家庭字段），" : "%s, a row for each of %s with its household's fields, ", s->file, level);
    else text_addf(w, zh ? "%s，每行一个 %s，" : "%s, a row for each of %s, ", s->file, level);
    if (s->map_count) text_addf(w, zh ? "对应 %u 项字段" : "fields mapped: %u", s->map_count);
    else text_add(w, zh ? "字段按自己的名称对应" : "fields by their own names");
    const char *words = held(c, w);
    text_addf(w, c->lang == LANG_ZH ? "数据：%s" : "source %s", s->name);
    const char *what = held(c, w);
    row(c, t, (struct words){what, what}, words);
  }
}

static void add_years(struct text *w, int32_t from, int32_t to) { text_addf(w, from == to ? "%d" : "%d-%d", from, to); }

/* Money of all funds in whole units, with the years they span. */
static void say_funds(struct cli *c, struct table_out *t, const struct programme *p, struct text *w) {
  const struct planning *g = &p->planning;
  bool zh = c->lang == LANG_ZH;
  double sum = 0;
  uint32_t different = 0;
  int32_t from = INT32_MAX, to = INT32_MIN;
  for (uint32_t i = 0; i < g->fund_count; i++) {
    const struct fund *f = &g->funds[i];
    bool again = false;
    for (uint32_t k = 0; k < i && !again; k++) again = g->funds[k].area == f->area && !strcmp(g->funds[k].name, f->name);
    different += !again, sum += f->amount;
    if (f->year < from) from = f->year;
    if (f->year > to) to = f->year;
  }
  text_addf(w, zh ? "%u 项，" : "%u, ", different);
  add_years(w, from, to);
  text_addf(w, zh ? "，合计 %.0f%s%s" : ", %.0f%s%s in all", sum, p->currency ? " " : "", p->currency ? p->currency : "");
  row(c, t, (struct words){"funds", "资金"}, held(c, w));
}

/* Names of what nothing refers to: a remark, no mistake. */
static void add_idle(struct cli *c, struct text *w, uint32_t *told, const char *en, const char *zh, const char *name) {
  if (!(*told)++) text_addf(w, "%s", c->lang == LANG_ZH ? zh : en);
  text_addf(w, "%s%s", *told > 1 ? ", " : " ", name);
}

static void say_planning(struct cli *c, struct table_out *t, const struct programme *p, struct text *w) {
  const struct planning *g = &p->planning;
  bool zh = c->lang == LANG_ZH;
  if (g->there) {
    text_addf(w, zh ? "%u 年，目标线 %s，%s，每户最多 %u 项" : "%u years, towards %s, %s, at most %u measures a household", g->settings.horizon, p->line_count ? p->lines[g->settings.line].name : "", objective_word(g->settings.objective), g->settings.most);
    row(c, t, (struct words){"plan", "规划"}, held(c, w));
  }
  for (uint32_t i = 0; i < g->constraint_count; i++) text_addf(w, "%s%s", i ? ", " : "", g->constraints[i].name);
  if (g->constraint_count) row(c, t, (struct words){"constraints", "村级制约"}, held(c, w));
  if (g->fund_count) say_funds(c, t, p, w);
  for (uint32_t i = 0; i < g->guarantee_count; i++) text_addf(w, "%s%s", i ? ", " : "", g->guarantees[i].name);
  if (g->guarantee_count) row(c, t, (struct words){"guarantees", "保障"}, held(c, w));
  uint64_t paid = 0;
  uint32_t works = 0, planted = 0, told = 0;
  for (uint32_t i = 0; i < g->fund_count; i++) paid |= g->funds[i].pays;
  for (uint32_t i = 0; i < g->measure_count; i++) {
    works += g->measures[i].village;
    if (g->measures[i].product != PLANNING_NONE) planted |= (uint32_t)1 << g->measures[i].product;
  }
  if (g->measure_count) {
    text_addf(w, zh ? "%u 项，其中村级工程 %u 项" : "%u, %u of them works of a village", g->measure_count, works);
    for (uint32_t i = 0; i < g->measure_count; i++)
      if (!(paid >> i & 1) && g->measures[i].cost_range.high > 0) add_idle(c, w, &told, "; no fund pays:", "；无资金支付：", g->measures[i].name);
    row(c, t, (struct words){"measures", "措施"}, held(c, w));
  }
  told = 0;
  if (g->product_count) {
    text_addf(w, zh ? "%u 种" : "%u", g->product_count);
    for (uint32_t i = 0; i < g->product_count; i++)
      if (!(planted >> i & 1)) add_idle(c, w, &told, "; no measure plants:", "；无措施种植：", g->products[i].name);
    row(c, t, (struct words){"products", "产品"}, held(c, w));
  }
}

struct named { const char *section, *name; const struct rule *rule; };

static void add_named(struct named *list, uint32_t *n, const char *section, const char *name, const struct rule *rule) {
  if (rule) list[(*n)++] = (struct named){section, name, rule};
}

/* Of households only: a village's rules are few, and run one by one. */
static void planning_rules(const struct planning *g, struct named *list, uint32_t *n) {
  add_named(list, n, "plan", "who", g->settings.who), add_named(list, n, "plan", "labour", g->settings.labour), add_named(list, n, "plan", "land", g->settings.land);
  for (uint32_t i = 0; i < g->guarantee_count; i++) add_named(list, n, "guarantees", g->guarantees[i].name, g->guarantees[i].rule), add_named(list, n, "guarantees amount", g->guarantees[i].name, g->guarantees[i].amount);
  for (uint32_t i = 0; i < g->measure_count; i++) {
    const struct measure *m = &g->measures[i];
    if (!m->village) add_named(list, n, "measures eligible", m->name, m->eligible), add_named(list, n, "measures quantity", m->name, m->quantity);
    add_named(list, n, "measures reaches", m->name, m->reaches);
  }
  for (uint32_t i = 0; i < g->product_count; i++) add_named(list, n, "products grown", g->products[i].name, g->products[i].grown);
}

/* Which rules run over blocks of columns, and which row by row. */
static enum status say_rules(struct cli *c, struct table_out *t, const struct programme *p, struct text *w, struct err *e) {
  const struct identify *d = &p->identify;
  const struct design *g = &p->design;
  const struct named sample[] = {{"sample", "welfare", g->welfare}, {"sample", "weight", g->weight}, {"sample", "persons", g->persons}, {"sample", "strata", g->strata}, {"sample", "psu", g->psu}, {"identify", "rank", d->rank.rule}};
  uint32_t room = p->indicator_count + d->include_count + d->exclude_count + d->cause_count + 6 + 3 + 2 * p->planning.guarantee_count + 3 * p->planning.measure_count + p->planning.product_count, n = 0;
  struct named *list = arena_array(&c->arena, room, sizeof *list);
  const struct rule **rules = arena_array(&c->arena, room, sizeof *rules);
  if (!list || !rules) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  for (uint32_t i = 0; i < p->indicator_count; i++) list[n++] = (struct named){"dimensions", p->indicators[i].name, p->indicators[i].rule};
  for (uint32_t i = 0; i < d->include_count; i++) list[n++] = (struct named){"include", d->include[i].name, d->include[i].rule};
  for (uint32_t i = 0; i < d->exclude_count; i++) list[n++] = (struct named){"exclude", d->exclude[i].name, d->exclude[i].rule};
  for (uint32_t i = 0; i < d->cause_count; i++) list[n++] = (struct named){"causes", d->causes[i].name, d->causes[i].rule};
  for (uint32_t i = 0; i < 6; i++)
    if (sample[i].rule) list[n++] = sample[i];
  planning_rules(&p->planning, list, &n);
  for (uint32_t i = 0; i < n; i++) rules[i] = list[i].rule;
  struct block_book *book;
  if (!n) return OK;
  TRY(block_open(&c->arena, &p->env, rules, n, &book, e));
  uint32_t blocks = 0;
  for (uint32_t i = 0; i < n; i++) blocks += block_vectorised(book, i, NULL);
  text_addf(w, c->lang == LANG_ZH ? "%u 条，其中 %u 条按列成块运行" : "%u, of which %u run over blocks of columns", n, blocks);
  row(c, t, (struct words){"rules", "规则"}, held(c, w));
  for (uint32_t i = 0; i < n; i++) {
    const char *why = NULL;
    if (block_vectorised(book, i, &why)) continue;
    text_addf(w, "%s.%s%s%s", list[i].section, list[i].name, why ? ": " : "", why ? why : "");
    row(c, t, (struct words){"  row by row", "  逐行运行"}, held(c, w));
  }
  return OK;
}

static enum status show_summary(struct cli *c, const struct programme *p, struct err *e) {
  static const char *const headings[] = {"what", "value", NULL};
  struct table_out *t;
  struct text w;
  char hex[65];
  TRY(table_open(c, headings, &t, e));
  text_init(&w, 2000);
  row(c, t, (struct words){"programme", "项目"}, p->name);
  row(c, t, (struct words){"title", "名称"}, label_in(&p->title, c->lang, ""));
  text_addf(&w, p->year_from == p->year_to ? "%d" : "%d - %d", p->year_from, p->year_to);
  if (p->currency) text_addf(&w, ", %s", p->currency);
  row(c, t, (struct words){"years", "年份"}, held(c, &w));
  say_areas(c, t, p, &w);
  say_fields(c, t, p, &w);
  say_lines(c, t, p, &w);
  say_decisions(c, t, p, &w);
  say_planning(c, t, p, &w);
  say_monitor(c, t, p, &w);
  say_sources(c, t, p, &w);
  enum status s = say_rules(c, t, p, &w, e);
  if (p->assumed_count) {
    text_addf(&w, c->lang == LANG_ZH ? "%u 项（--assumed 列出）" : "%u values (--assumed lists them)", p->assumed_count);
    row(c, t, (struct words){"assumed", "假定"}, held(c, &w));
  }
  if (p->inherited) {
    text_addf(&w, c->lang == LANG_ZH ? "%u 项继承自 %s，%u 项未确认%s" : "%u values from %s, %u not confirmed%s", p->inherited->count, p->inherited->from, p->inherited->open,
              !p->drill ? "" : c->lang == LANG_ZH ? "：认定仅为演练" : ": decisions are a drill");
    row(c, t, (struct words){"inherited", "继承"}, held(c, &w));
  }
  row(c, t, (struct words){"rules hash", "规则哈希"}, arena_str(&c->arena, digest_hex(&p->rules_hash, hex)));
  row(c, t, (struct words){"source hash", "文件哈希"}, arena_str(&c->arena, digest_hex(&p->source_hash, hex)));
  text_free(&w);
  if (s != OK) return s;
  return table_close(t, e);
}

static enum status run(struct cli *c, struct err *e) {
  if (cli_flag(c, "keys")) return show_keys(e);
  const char *folder;
  struct programme *p;
  struct problem *problems;
  TRY(cli_need(c, 0, "FOLDER", &folder, e));
  enum status s = programme_load(&c->arena, folder, &p, &problems, e);
  if (s != OK && problems) return show_problems(c, folder, problems, e);
  if (s != OK) return s;
  return cli_flag(c, "assumed") ? show_assumed(c, p, e) : show_summary(c, p, e);
}

const struct verb verb_check = {
  .name = "check", .arguments = "FOLDER", .summary = "validate a programme folder: what is wrong, or what was understood",
  .options = "assumed  list the values that nobody measured or decreed\n"
             "keys  print every key a programme may hold (no FOLDER needed)\n",
  .text = "Reads FOLDER/programme.yaml and the tables it names, and checks them as a whole: unknown keys, wrong types, names that lead nowhere,\n"
          "derived fields in a circle, rules that do not fit the codebook. Every problem is printed with file, line and column and what to do,\n"
          "as many as can be found in one go; the exit code is then 3. A programme without problems is summed up (of a plan: measures, funds with\n"
          "their years and sum, products, and what no fund pays or no measure plants), with the rules that run over blocks of columns and those that run row by row, and with its two hashes: `rules` changes when a decision could, `source`\n"
          "with any byte.\n\n"
          "  lucid check programmes/eu-silc\n"
          "  lucid check programmes/eu-silc --assumed --format csv\n",
  .run = run,
};
