#include "identify/explain.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/date.h"
#include "base/number.h"
#include "identify/change.h"
#include "identify/storable.h"
#include "identify/words.h"

#define SEEN_MAX 12   /* members' values shown of one atom */
#define ANSWERS_MAX 24
#define OWN_MAX 257     /* bytes of a member's own number, with its NUL */

struct teller {
  struct arena *arena;
  struct programme *p;
  const struct explain_input *in;
  enum language lang;
  struct text *out;
  const struct decision_set *d;
  const struct segment *segment;
  uint64_t h;
  struct whatif w;       /* nothing laid over: reads cells as rules see them */
  struct json *json;     /* NULL = words */
};

static const char *copied(struct teller *t, struct text *x) {
  char *s = arena_str(t->arena, text_str(x));
  text_free(x);
  if (s) text_tame_line(s); /* words for a terminal: a value must not start a line of its own */
  return s ? s : "";
}

static const char *number_text(struct teller *t, double v) {
  struct text x;
  text_init(&x, 128);
  words_number(&x, v);
  return copied(t, &x);
}

static const char *count_text(struct teller *t, int64_t v) {
  char b[40];
  const char *s = arena_str(t->arena, number_grouped(v, 0, b));
  return s ? s : "";
}

static const char *cell_text(struct teller *t, const struct field *f, const struct cell *c) {
  struct text x;
  text_init(&x, 4096);
  words_cell(&x, t->lang, f, c);
  return copied(t, &x);
}

static void line_of(struct teller *t, int indent, const char *s) { text_addf(t->out, "%*s%s\n", indent, "", s); }

#define SAY(t, indent, w, ...)                                  \
  do {                                                          \
    text_addf((t)->out, "%*s", (indent), "");                   \
    words_say((t)->out, (t)->lang, (w), __VA_ARGS__);           \
    text_addc((t)->out, '\n');                                  \
  } while (0)

static const struct field *field_at(const struct programme *p, uint32_t level, uint32_t field) {
  return level < p->level_count && field < p->levels[level].field_count ? &p->levels[level].fields[field] : NULL;
}

static void list_words(const struct programme *p, uint32_t level, enum language lang, struct text *out) {
  if (level == LEVEL_MEMBER || level >= p->level_count) text_add(out, words_text(lang, WORD_MISSING_ROSTER));
  else words_say(out, lang, WORD_MISSING_LIST, label_in(&p->levels[level].label, lang, p->levels[level].name));
}

static uint64_t position_of(const struct segment *s, uint64_t h, uint32_t level, uint64_t row) {
  return level < LEVEL_MAX && s->child_at[level] && row != UINT32_MAX ? row - s->child_at[level][h] + 1 : 0;
}

/* A member's or a line's own number, else the position; "" for what has no number. */
static enum status number_of(const struct segment *s, uint64_t h, uint32_t level, uint64_t row, const struct member_numbers *numbers, char out[OWN_MAX], struct err *e) {
  const uint64_t position = position_of(s, h, level, row);
  out[0] = '\0';
  if (!position) return OK;
  bool member = level == LEVEL_MEMBER && s->member_id, known = numbers && s->household_id && (member || (level > LEVEL_VILLAGE && numbers->line));
  if (!known) {
    snprintf(out, OWN_MAX, "%" PRIu64, position);
    return OK;
  }
  struct span own;
  if (member) TRY(numbers->of(numbers->ctx, s->home, s->household_id[h], s->member_id[row], &own, e));
  else TRY(numbers->line(numbers->ctx, level, s->home, s->household_id[h], position, &own, e));
  size_t n = own.len < OWN_MAX - 1 ? own.len : OWN_MAX - 1;
  memcpy(out, own.at, n);
  out[n] = '\0';
  return OK;
}

/* "Age", or "Age of member 3": the number by which the household's own list calls the member. */
static enum status field_words(const struct programme *p, const struct segment *s, uint64_t h, uint32_t level, uint32_t field, uint64_t row, const struct member_numbers *numbers, enum language lang, struct text *out, struct err *e) {
  const struct field *f = field_at(p, level, field);
  if (!f) {
    list_words(p, level, lang, out);
    return OK;
  }
  const char *label = label_in(&f->label, lang, f->name);
  char number[OWN_MAX];
  TRY(number_of(s, h, level, row, numbers, number, e));
  if (level == LEVEL_MEMBER && number[0]) words_say(out, lang, WORD_OF_MEMBER, label, number);
  else if (level > LEVEL_VILLAGE && level < LEVEL_MAX && number[0]) words_say(out, lang, WORD_OF_ROW, label, number, label_in(&p->levels[level].label, lang, p->levels[level].name));
  else text_add(out, label);
  return OK;
}

static enum status field_name_words(struct teller *t, uint32_t level, uint32_t field, uint64_t row, const char **out, struct err *e) {
  struct text x;
  text_init(&x, 1024);
  enum status st = field_words(t->p, t->segment, t->h, level, field, row, t->in->numbers, t->lang, &x, e);
  *out = copied(t, &x);
  return st;
}

/* `number` is the place in the household; `member` the member's own number, as text. */
static enum status number_json(struct teller *t, uint32_t level, uint64_t row, struct err *e) {
  const uint64_t position = position_of(t->segment, t->h, level, row);
  if (!position) return OK;
  json_put(t->json, "number", uint, position);
  if (level != LEVEL_MEMBER) return OK;
  char number[OWN_MAX];
  TRY(number_of(t->segment, t->h, level, row, t->in->numbers, number, e));
  json_put(t->json, "member", str, number);
  return OK;
}

static void json_cell(struct json *j, const struct field *f, const struct cell *c) {
  if (f->sealed || c->absence != PRESENT) {
    json_nothing(j);
    return;
  }
  char date[16], number[40];
  switch (f->kind) {
    case COL_BOOL: json_bool(j, c->i != 0); break;
    case COL_INT: json_int(j, c->i); break;
    case COL_DECIMAL: json_raw(j, number_decimal_format(c->i, f->decimals, number)); break;
    case COL_REAL: json_double(j, c->d); break;
    case COL_DATE: json_str(j, date_format((int32_t)c->i, date)); break;
    default: json_strn(j, c->s.at, c->s.len);
  }
}

/* ---- what an atom saw ---- */

static enum status seen_cell(struct teller *t, uint32_t level, uint32_t field, uint64_t row, struct err *e) {
  const struct field *f = field_at(t->p, level, field);
  if (!f) return OK;
  struct cell c;
  TRY(whatif_cell(&t->w, t->arena, level, field, row, &c, e));
  if (t->json) {
    json_open(t->json);
    json_put(t->json, "level", str, t->p->levels[level].name);
    json_put(t->json, "field", str, f->name);
    TRY(number_json(t, level, row, e));
    json_key(t->json, "value");
    json_cell(t->json, f, &c);
    if (c.absence != PRESENT) json_put(t->json, "absent", str, absence_name(c.absence));
    json_close(t->json);
    return OK;
  }
  const char *name;
  TRY(field_name_words(t, level, field, row, &name, e));
  SAY(t, 6, c.absence == PRESENT ? WORD_SAW : f->derived ? WORD_SAW_UNKNOWN : WORD_SAW_MISSING, name, cell_text(t, f, &c));
  return OK;
}

static enum status seen_by(struct teller *t, const struct rule *rule, struct err *e) {
  const struct rule_read *reads = rule_reads_list(rule);
  for (uint32_t i = 0; i < rule_read_count(rule); i++) {
    uint32_t level = reads[i].level;
    if (level == LEVEL_VILLAGE) {
      uint32_t row = t->segment->village_of ? t->segment->village_of[t->h] : SEGMENT_NO_ROW;
      if (row != SEGMENT_NO_ROW) TRY(seen_cell(t, level, reads[i].field, row, e));
    } else if (level == LEVEL_HOUSEHOLD) {
      TRY(seen_cell(t, level, reads[i].field, t->h, e));
    } else if (t->segment->child_at[level]) {
      uint32_t from = t->segment->child_at[level][t->h], to = t->segment->child_at[level][t->h + 1], shown = 0;
      for (uint32_t row = from; row < to && (t->json || shown < SEEN_MAX); row++, shown++) TRY(seen_cell(t, level, reads[i].field, row, e));
      if (!t->json && to - from > SEEN_MAX) SAY(t, 6, WORD_AND_MORE, count_text(t, to - from - SEEN_MAX));
    }
  }
  return OK;
}

/* Constants (`line`, `year`, the programme's numbers) that stand in the text of a rule. */
static void constants_in(struct teller *t, const char *s, size_t len) {
  for (uint32_t k = 0; k < t->p->env.const_count; k++) {
    const struct rule_const *c = &t->p->env.consts[k];
    size_t n = strlen(c->name);
    double v;
    if (!eval_number(&c->value, &v)) continue;
    for (size_t i = 0; i + n <= len; i++) {
      bool starts = i == 0 || !(s[i - 1] == '_' || s[i - 1] == '.' || (s[i - 1] >= '0' && s[i - 1] <= '9') || ((s[i - 1] | 32) >= 'a' && (s[i - 1] | 32) <= 'z'));
      bool ends = i + n == len || !(s[i + n] == '_' || s[i + n] == '(' || (s[i + n] >= '0' && s[i + n] <= '9') || ((s[i + n] | 32) >= 'a' && (s[i + n] | 32) <= 'z'));
      if (!starts || !ends || memcmp(s + i, c->name, n) != 0) continue;
      if (t->json) {
        json_key(t->json, c->name);
        json_double(t->json, v);
      } else {
        SAY(t, 6, WORD_LINE, c->name, number_text(t, v));
      }
      break;
    }
  }
}

static const char *state_word(const struct rule_value *v) {
  return v->state == RULE_UNKNOWN ? "unknown" : v->state == RULE_ERROR ? "error" : v->kind == RULE_BOOL ? (v->b ? "true" : "false") : "value";
}

static enum word truth_word(const struct rule_value *v) {
  return v->state == RULE_ERROR ? WORD_RULE_ERROR : v->state != RULE_VALUE || v->kind != RULE_BOOL ? WORD_RULE_UNKNOWN : v->b ? WORD_RULE_HOLDS : WORD_RULE_FAILS;
}

/* One named rule: what it said, and each part of it with what that part saw. */
static enum status rule_told(struct teller *t, const char *name, const struct label *label, const struct rule *rule, struct err *e) {
  struct rule_value v;
  TRY(eval_row(t->arena, rule, t->segment, t->h, t->h, &v, e));
  const char *source = rule_source(rule);
  if (t->json) {
    json_open(t->json);
    json_put(t->json, "name", str, name);
    json_put(t->json, "rule", str, source);
    json_put(t->json, "says", str, state_word(&v));
    if (v.state == RULE_ERROR) json_put(t->json, "error", str, v.error);
    json_key(t->json, "parts");
    json_open_list(t->json);
  } else {
    SAY(t, 2, truth_word(&v), label_in(label, t->lang, name), v.state == RULE_ERROR ? v.error : "");
  }
  const struct rule_atom *atoms = rule_atoms(rule);
  for (uint32_t i = 0; i < rule_atom_count(rule); i++) {
    struct rule_value av;
    TRY(eval_row(t->arena, atoms[i].rule, t->segment, t->h, t->h, &av, e));
    const char *part = arena_strn(t->arena, source + atoms[i].offset, atoms[i].length);
    if (!part) part = "";
    if (t->json) {
      json_open(t->json);
      json_put(t->json, "text", str, part);
      json_put(t->json, "says", str, state_word(&av));
      json_key(t->json, "constants");
      json_open(t->json);
      constants_in(t, part, strlen(part));
      json_close(t->json);
      json_key(t->json, "saw");
      json_open_list(t->json);
      TRY(seen_by(t, atoms[i].rule, e));
      json_close_list(t->json);
      json_close(t->json);
    } else {
      SAY(t, 4, truth_word(&av), part, av.state == RULE_ERROR ? av.error : "");
      TRY(seen_by(t, atoms[i].rule, e));
      constants_in(t, part, strlen(part));
    }
  }
  if (t->json) {
    json_close_list(t->json);
    json_close(t->json);
  }
  return OK;
}

static enum status rules_told(struct teller *t, const char *key, enum word title, const struct named_rule *rules, uint32_t count, struct err *e) {
  if (t->json) {
    json_key(t->json, key);
    json_open_list(t->json);
  } else if (count) {
    line_of(t, 0, words_text(t->lang, title));
  }
  for (uint32_t i = 0; i < count; i++) TRY(rule_told(t, rules[i].name, &rules[i].label, rules[i].rule, e));
  if (t->json) json_close_list(t->json);
  return OK;
}

static enum status deprivations_told(struct teller *t, struct err *e) {
  const struct programme *p = t->p;
  if (!p->indicator_count) return OK;
  double weights[DECISION_RULES];
  decide_weights(p, weights);
  if (t->json) {
    json_key(t->json, "deprivations");
    json_open_list(t->json);
    for (uint32_t i = 0; i < p->indicator_count; i++) {
      json_open(t->json);
      json_put(t->json, "name", str, p->indicators[i].name);
      json_put(t->json, "weight", double, weights[i]);
      json_put(t->json, "says", str, mask_at(&t->d->deprived, t->h) >> i & 1 ? "true" : mask_at(&t->d->deprived_unknown, t->h) >> i & 1 ? "unknown" : "false");
      json_key(t->json, "saw");
      json_open_list(t->json);
      TRY(seen_by(t, p->indicators[i].rule, e));
      json_close_list(t->json);
      json_close(t->json);
    }
    json_close_list(t->json);
    json_put(t->json, "score", double, decision_score(t->in->run->decisions, t->d, t->h));
    json_put(t->json, "score_high", double, decision_score_high(t->in->run->decisions, t->d, t->h));
    json_put(t->json, "cutoff", double, p->cutoff);
    return OK;
  }
  line_of(t, 0, words_text(t->lang, WORD_DEPRIVATIONS));
  for (uint32_t i = 0; i < p->indicator_count; i++) {
    enum word w = mask_at(&t->d->deprived, t->h) >> i & 1 ? WORD_RULE_HOLDS : mask_at(&t->d->deprived_unknown, t->h) >> i & 1 ? WORD_RULE_UNKNOWN : WORD_RULE_FAILS;
    SAY(t, 2, w, label_in(&p->indicators[i].label, t->lang, p->indicators[i].name));
    if (w != WORD_RULE_FAILS) TRY(seen_by(t, p->indicators[i].rule, e));
  }
  if (decision_score(t->in->run->decisions, t->d, t->h) < decision_score_high(t->in->run->decisions, t->d, t->h)) SAY(t, 2, WORD_SCORE_RANGE, number_text(t, decision_score(t->in->run->decisions, t->d, t->h)), number_text(t, p->cutoff), number_text(t, decision_score_high(t->in->run->decisions, t->d, t->h)));
  else SAY(t, 2, WORD_SCORE, number_text(t, decision_score(t->in->run->decisions, t->d, t->h)), number_text(t, p->cutoff));
  return OK;
}

/* ---- places ---- */

static const struct quota_area *quota_of(const struct teller *t) {
  const struct identify_result *r = t->in->run->result;
  uint32_t area = sample_area_at(t->p, t->in->run->sample.area[t->in->run->sample.first[t->in->segment] + t->h], t->p->identify.quota_level);
  for (uint32_t i = 0; i < r->quota_count; i++)
    if (r->quota[i].area == area) return &r->quota[i];
  return NULL;
}

static const char *area_name(const struct programme *p, uint32_t area, enum language lang) {
  if (area >= p->area_count) return NULL;
  struct label l = {.en = p->areas[area].name_en, .zh = p->areas[area].name_zh};
  return label_in(&l, lang, p->areas[area].code);
}

static void places_json(struct teller *t, const struct quota_area *q, uint8_t flags) {
  struct json *j = t->json;
  json_key(j, "places");
  if (!q) {
    json_nothing(j);
    return;
  }
  json_open(j);
  json_put(j, "area", str, q->code);
  json_put(j, "places", int, q->places);
  json_put(j, "qualified", uint, q->qualified);
  json_put(j, "position", uint, decisions_place(t->d, t->h));
  json_key(j, "rank");
  double rank;
  if (decisions_rank(t->in->run->decisions, t->d, t->h, &rank)) json_double(j, rank);
  else json_nothing(j);
  json_key(j, "cutoff");
  if (q->has_cutoff) json_double(j, q->cutoff);
  else json_nothing(j);
  json_put(j, "tied", bool, (flags & DECISION_TIED) != 0);
  json_put(j, "drawn", bool, (flags & DECISION_DRAWN) != 0);
  json_put(j, "provisional", bool, (flags & DECISION_PROVISIONAL) != 0);
  json_put(j, "could_take_a_place", bool, (flags & DECISION_COULD) != 0);
  json_put(j, "seed", str, t->in->run->result->seed);
  json_close(j);
}

static void places_told(struct teller *t) {
  const struct programme *p = t->p;
  uint8_t flags = t->d->flags[t->h], outcome = t->d->outcome[t->h];
  const struct quota_area *q = p->identify.has_quota && outcome != OUTCOME_NOT_SELECTED ? quota_of(t) : NULL;
  if (t->json) {
    places_json(t, q, flags);
    return;
  }
  if (!q) return;
  const char *area = area_name(p, q->area, t->lang);
  SAY(t, 0, p->identify.quota_persons ? WORD_QUOTA_PERSONS : WORD_QUOTA, area ? area : q->code, count_text(t, q->places), count_text(t, (int64_t)q->qualified));
  double rank;
  if (decisions_rank(t->in->run->decisions, t->d, t->h, &rank) && decisions_place(t->d, t->h)) {
    const char *by = label_in(&p->identify.rank.label, t->lang, p->identify.rank.source ? p->identify.rank.source : "");
    SAY(t, 2, q->has_cutoff ? WORD_RANK : WORD_RANK_NO_CUTOFF, by, number_text(t, rank), count_text(t, decisions_place(t->d, t->h)), q->has_cutoff ? number_text(t, q->cutoff) : "");
  }
  if (flags & DECISION_TIED) {
    enum word w = q->drawn ? WORD_TIE_DRAW : p->identify.ties == TIES_INCLUDE ? WORD_TIE_INCLUDE : WORD_TIE_EXCLUDE;
    SAY(t, 2, w, count_text(t, (int64_t)q->tied), count_text(t, (int64_t)q->tied_in), t->in->run->result->seed);
  }
  if (flags & DECISION_PROVISIONAL) line_of(t, 2, words_text(t->lang, WORD_PROVISIONAL));
  if (flags & DECISION_COULD) line_of(t, 2, words_text(t->lang, WORD_COULD));
}

/* ---- what is missing ---- */

static const char *truth_key(enum truth t) { return t == TRUTH_TRUE ? "qualifies" : t == TRUTH_FALSE ? "not_selected" : "undecided"; }
static enum word leads_word(enum truth t) { return t == TRUTH_TRUE ? WORD_LEADS_QUALIFIES : t == TRUTH_FALSE ? WORD_LEADS_NOT : WORD_LEADS_STILL; }

static void answers_told(struct teller *t, const struct field *f, const struct answer *x, uint32_t n) {
  bool same = n > 1;
  for (uint32_t i = 1; i < n; i++) same &= x[i].leads_to == x[0].leads_to;
  if (same || (n == 1 && storable_steps(f))) {
    SAY(t, 6, WORD_ANSWER_ANY, words_text(t->lang, leads_word(x[0].leads_to)));
    return;
  }
  for (uint32_t i = 0; i < n; i++) {
    const char *leads = words_text(t->lang, leads_word(x[i].leads_to)), *from = cell_text(t, f, &x[i].from), *to = cell_text(t, f, &x[i].to);
    if (strcmp(from, to) == 0) SAY(t, 6, WORD_ANSWER_EXACT, from, leads);
    else if (x[i].open_below) SAY(t, 6, WORD_ANSWER_BELOW, to, leads);
    else if (x[i].open_above) SAY(t, 6, WORD_ANSWER_ABOVE, from, leads);
    else SAY(t, 6, WORD_ANSWER_BETWEEN, from, leads, to);
  }
}

static void answers_json(struct teller *t, const struct field *f, const struct answer *x, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    json_open(t->json);
    json_key(t->json, "from");
    if (x[i].open_below) json_nothing(t->json);
    else json_cell(t->json, f, &x[i].from);
    json_key(t->json, "to");
    if (x[i].open_above) json_nothing(t->json);
    else json_cell(t->json, f, &x[i].to);
    json_put(t->json, "leads_to", str, truth_key(x[i].leads_to));
    json_close(t->json);
  }
}

static enum status missing_told(struct teller *t, struct err *e) {
  uint64_t n;
  const struct decision_missing *m = decisions_missing(t->d, t->h, &n);
  if (t->json) {
    json_key(t->json, "missing");
    json_open_list(t->json);
  } else if (n) {
    line_of(t, 0, words_text(t->lang, WORD_MISSING));
  }
  for (uint64_t i = 0; i < n; i++) {
    const struct field *f = field_at(t->p, m[i].level, m[i].field);
    struct answer answers[ANSWERS_MAX];
    uint32_t count = 0;
    const bool asks = f && m[i].why != ABSENT_NO_ROSTER && m[i].row != UINT32_MAX;
    if (asks) TRY(change_answers(t->arena, t->p, t->segment, t->h, m[i].level, m[i].field, m[i].row, answers, ANSWERS_MAX, &count, e));
    if (t->json) {
      json_open(t->json);
      json_put(t->json, "level", str, t->p->levels[m[i].level].name);
      json_put(t->json, "field", str, f ? f->name : NULL);
      if (m[i].why != ABSENT_NO_ROSTER) TRY(number_json(t, m[i].level, m[i].row, e));
      json_put(t->json, "absent", str, absence_name((enum absence)m[i].why));
      json_key(t->json, "answers");
      json_open_list(t->json);
      if (f) answers_json(t, f, answers, count);
      json_close_list(t->json);
      json_close(t->json);
      continue;
    }
    const char *name;
    TRY(field_name_words(t, m[i].level, m[i].why == ABSENT_NO_ROSTER ? UINT32_MAX : m[i].field, m[i].row, &name, e));
    if (m[i].why == ABSENT_NO_ROSTER) {
      line_of(t, 2, name);
      continue;
    }
    SAY(t, 2, WORD_MISSING_FIELD, name, words_text(t->lang, words_absence((enum absence)m[i].why)));
    if (f && count) answers_told(t, f, answers, count);
  }
  if (t->json) json_close_list(t->json);
  if (t->json) {
    json_put(t->json, "rule_error", bool, (t->d->flags[t->h] & DECISION_ERROR) != 0);
    json_put(t->json, "no_line", bool, (t->d->flags[t->h] & DECISION_NO_LINE) != 0);
    return OK;
  }
  if (t->d->flags[t->h] & DECISION_ERROR) line_of(t, 0, words_text(t->lang, WORD_MISSING_ERROR));
  if (t->d->flags[t->h] & DECISION_NO_LINE) line_of(t, 0, words_text(t->lang, WORD_MISSING_LINE));
  return OK;
}

/* ---- the smallest change ---- */

static enum status change_told(struct teller *t, struct err *e) {
  const uint8_t outcome = t->d->outcome[t->h];
  /* Without a place the answer is the ranking above; an undecided household needs answers, not changes. */
  if (outcome == OUTCOME_NO_PLACE || outcome == OUTCOME_UNDECIDED) {
    if (t->json) {
      json_key(t->json, "smallest_change");
      json_nothing(t->json);
    }
    return OK;
  }
  struct change c;
  TRY(change_find(t->arena, t->p, t->segment, t->h, &c, e));
  if (t->json) {
    struct json *j = t->json;
    json_key(j, "smallest_change");
    json_open(j);
    json_put(j, "found", str, c.kind == CHANGE_FOUND ? "yes" : c.kind == CHANGE_NONE ? "none" : "more_than_four");
    json_key(j, "facts");
    json_open_list(j);
    for (uint32_t i = 0; i < c.count; i++) {
      const struct change_fact *x = &c.facts[i];
      const struct field *f = field_at(t->p, x->level, x->field);
      json_open(j);
      json_put(j, "level", str, t->p->levels[x->level].name);
      json_put(j, "field", str, f->name);
      TRY(number_json(t, x->level, x->row, e));
      json_key(j, "from");
      json_cell(j, f, &x->before);
      json_key(j, "to");
      json_cell(j, f, &x->after);
      json_close(j);
    }
    json_close_list(j);
    if (c.kind == CHANGE_FOUND) json_put(j, "leads_to", str, truth_key(c.leads_to));
    json_close(j);
    return OK;
  }
  if (c.kind != CHANGE_FOUND) {
    line_of(t, 0, words_text(t->lang, c.kind == CHANGE_NONE ? WORD_CHANGE_NONE : WORD_CHANGE_FOUR));
    return OK;
  }
  line_of(t, 0, words_text(t->lang, WORD_CHANGE));
  for (uint32_t i = 0; i < c.count; i++) {
    const struct change_fact *x = &c.facts[i];
    const struct field *f = field_at(t->p, x->level, x->field);
    const char *name;
    TRY(field_name_words(t, x->level, x->field, x->row, &name, e));
    SAY(t, 2, WORD_CHANGE_CELL, name, cell_text(t, f, &x->before), cell_text(t, f, &x->after));
  }
  SAY(t, 2, WORD_CHANGE_TO, words_text(t->lang, leads_word(c.leads_to)));
  line_of(t, 2, words_text(t->lang, WORD_CHANGE_NOTE));
  return OK;
}

static enum status causes_told(struct teller *t) {
  const struct identify *id = &t->p->identify;
  if (t->json) {
    json_key(t->json, "causes");
    json_open_list(t->json);
    for (uint32_t i = 0; i < id->cause_count; i++)
      if (mask_at(&t->d->cause, t->h) >> i & 1) json_str(t->json, id->causes[i].name);
    json_close_list(t->json);
    return OK;
  }
  if (!mask_at(&t->d->cause, t->h)) return OK;
  struct text x;
  text_init(&x, 4096);
  for (uint32_t i = 0; i < id->cause_count; i++)
    if (mask_at(&t->d->cause, t->h) >> i & 1) {
      if (x.len) text_add(&x, t->lang == LANG_ZH ? "、" : ", ");
      text_add(&x, label_in(&id->causes[i].label, t->lang, id->causes[i].name));
    }
  SAY(t, 0, WORD_CAUSES, text_str(&x));
  text_free(&x);
  return OK;
}

static enum status told(struct teller *t, struct err *e) {
  const struct programme *p = t->p;
  const struct identify_result *r = t->in->run->result;
  const uint64_t i = t->in->run->sample.first[t->in->segment] + t->h;
  const uint32_t area = t->in->run->sample.area[i];
  struct cell key = column_cell(&t->segment->household_key, t->h);
  char *number;
  ARENA_TRY(e, number = arena_strn(t->arena, key.s.at, key.absence == PRESENT ? key.s.len : 0));
  if (!t->json) text_tame_line(number);
  const enum outcome outcome = (enum outcome)t->d->outcome[t->h];
  if (t->json) {
    struct json *j = t->json;
    json_put(j, "household", str, number);
    json_put(j, "area", str, area < p->area_count ? p->areas[area].code : NULL);
    json_put(j, "outcome", str, outcome_word(outcome));
    json_put(j, "round", str, r->round);
    json_put(j, "programme", str, p->name);
    json_put(j, "rules_hash", str, r->rules_hash);
    json_put(j, "snapshot", str, r->snapshot);
    json_put(j, "other_rules_than_recorded", bool, t->in->stale);
  } else {
    const char *name = area_name(p, area, t->lang);
    SAY(t, 0, name ? WORD_HEAD_AREA : WORD_HEAD, number, words_text(t->lang, words_outcome(outcome)), name);
    SAY(t, 0, WORD_BASIS, r->round, label_in(&p->title, t->lang, p->name), arena_strn(t->arena, r->rules_hash, 12), arena_strn(t->arena, r->snapshot, 12));
    if (t->in->stale) line_of(t, 0, words_text(t->lang, WORD_STALE));
    text_addc(t->out, '\n');
  }
  TRY(missing_told(t, e));
  TRY(rules_told(t, "include", WORD_INCLUSIONS, p->identify.include, p->identify.include_count, e));
  TRY(rules_told(t, "exclude", WORD_EXCLUSIONS, p->identify.exclude, p->identify.exclude_count, e));
  TRY(deprivations_told(t, e));
  TRY(causes_told(t));
  places_told(t);
  return change_told(t, e);
}

static enum status open_teller(struct teller *t, struct arena *a, struct programme *p, const struct explain_input *in, enum language lang, struct text *out, struct err *e) {
  *t = (struct teller){.arena = a, .p = p, .in = in, .lang = lang, .out = out, .d = &in->run->decisions->sets[in->segment], .segment = in->segments[in->segment], .h = in->household};
  if (t->h >= t->d->rows) return err_set(e, ERR_INTERNAL, NULL, "no such row");
  whatif_open(&t->w, p, t->segment, t->h);
  poverty_lines_set(p, &in->run->lines, poverty_lines_class(&in->run->lines, in->run->sample.area[in->run->sample.first[in->segment] + t->h]));
  return OK;
}

enum status explain_text(struct arena *a, struct programme *p, const struct explain_input *in, enum language lang, struct text *out, struct err *e) {
  struct teller t;
  TRY(open_teller(&t, a, p, in, lang, out, e));
  words_drill(out, lang, p);
  TRY(told(&t, e));
  return text_check(out, "the explanation", e);
}

enum status explain_json(struct arena *a, struct programme *p, const struct explain_input *in, struct text *out, struct err *e) {
  struct teller t;
  struct json j;
  TRY(open_teller(&t, a, p, in, LANG_EN, out, e));
  json_init(&j, out, true);
  t.json = &j;
  json_open(&j);
  if (p->drill) json_put(&j, "drill", bool, true);
  TRY(told(&t, e));
  json_close(&j);
  text_addc(out, '\n');
  return text_check(out, "the explanation", e);
}

static void join(struct text *out, const char *s) {
  if (out->len) text_add(out, "; ");
  text_add(out, s);
}

enum status explain_reasons(const struct programme *p, const struct decision_set *d, uint64_t h, enum language lang, struct text *out, struct err *e) {
  const struct identify *id = &p->identify;
  text_clear(out);
  for (uint32_t i = 0; i < id->include_count; i++)
    if (mask_at(&d->include, h) >> i & 1) join(out, label_in(&id->include[i].label, lang, id->include[i].name));
  if (!id->include_count && d->poor[h] == TRUTH_TRUE) join(out, words_text(lang, WORD_QUALIFIES_ANY));
  for (uint32_t i = 0; i < id->exclude_count; i++)
    if (mask_at(&d->exclude, h) >> i & 1) join(out, label_in(&id->exclude[i].label, lang, id->exclude[i].name));
  if (!out->len && d->outcome[h] == OUTCOME_NOT_SELECTED) join(out, words_text(lang, WORD_REASON_NONE));
  return text_check(out, "the reasons of a household", e);
}

enum status explain_missing(const struct programme *p, const struct segment *s, const struct decision_set *d, uint64_t h, const struct member_numbers *numbers, enum language lang, struct text *out, struct err *e) {
  uint64_t n;
  const struct decision_missing *m = decisions_missing(d, h, &n);
  text_clear(out);
  for (uint64_t i = 0; i < n; i++) {
    if (out->len) text_add(out, "; ");
    if (m[i].why == ABSENT_NO_ROSTER) list_words(p, m[i].level, lang, out);
    else TRY(field_words(p, s, h, m[i].level, m[i].field, m[i].row, numbers, lang, out, e));
  }
  return text_check(out, "the missing fields of a household", e);
}

enum status explain_cells(const struct programme *p, const struct segment *s, uint64_t h, const struct rule_missing *missing, const struct member_numbers *numbers, enum language lang, struct text *out, struct err *e) {
  text_clear(out);
  for (const struct rule_missing *m = missing; m; m = m->next) {
    if (out->len) text_add(out, "; ");
    if (m->field == UINT32_MAX) list_words(p, m->level, lang, out);
    else TRY(field_words(p, s, h, m->level, m->field, m->row, numbers, lang, out, e));
  }
  return text_check(out, "the missing fields of a household", e);
}
