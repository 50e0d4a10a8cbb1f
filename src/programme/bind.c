#include "programme/bind.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

const char *bind_type_words(const struct key *k) {
  static const char *const words[] = {[KEY_TEXT] = "a text", [KEY_NAME] = "a name", [KEY_FLAG] = "true or false", [KEY_WHOLE] = "a whole number",
    [KEY_NUMBER] = "a number", [KEY_LABEL] = "a text or {en, zh}", [KEY_RULE] = "a rule", [KEY_WORD] = "a word", [KEY_TEXTS] = "a list of texts",
    [KEY_RANGE] = "a number or {low, mid, high}", [KEY_NUMBERS] = "a list of numbers", [KEY_NAMES] = "a list of names",
    [KEY_MAP] = "a map", [KEY_LIST] = "a list", [KEY_TREE] = "a value"};
  return words[k->type];
}

/* What CEL keeps for itself (its grammar's RESERVED and literals), and the names that rules see already. */
static const char *const kept_words[] = {"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop",
  "namespace", "null", "package", "return", "true", "var", "void", "while", NULL};

static bool is_identifier(const char *s) {
  size_t n = strlen(s);
  if (!n || n > 41 || !(s[0] >= 'a' && s[0] <= 'z')) return false;
  for (size_t i = 1; i < n; i++)
    if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9') || s[i] == '_')) return false;
  return true;
}

bool bind_is_name(const char *s) {
  for (const char *const *w = kept_words; *w; w++)
    if (!strcmp(s, *w)) return false;
  return is_identifier(s);
}

bool bind_number(const char *s, size_t len, double *out) {
  const char *slash = memchr(s, '/', len);
  if (!slash) return number_double(s, len, out) && isfinite(*out);
  double over, under;
  struct span a = span_trim((struct span){s, (size_t)(slash - s)}), b = span_trim((struct span){slash + 1, len - (size_t)(slash - s) - 1});
  if (!number_double(a.at, a.len, &over) || !number_double(b.at, b.len, &under) || under == 0) return false;
  *out = over / under;
  return isfinite(*out);
}

static const char *kind_words(const struct tree *t) {
  return t->kind == TREE_MAP ? "a map" : t->kind == TREE_LIST ? "a list" : "a text";
}

static void wrong_type(struct problems *list, const struct tree *t, const struct key *k, const char *hint) {
  if (t->kind == TREE_TEXT) problem_add(list, t->at, ERR_INPUT, hint, "`%s` must be %s, not \"%.60s\"", k->name, bind_type_words(k), t->text);
  else problem_add(list, t->at, ERR_INPUT, hint, "`%s` must be %s, not %s", k->name, bind_type_words(k), kind_words(t));
}

static bool is_nothing(const struct tree *t) {
  return t->kind == TREE_TEXT && t->style == TREE_PLAIN && (!t->len || !strcmp(t->text, "~") || !strcmp(t->text, "null"));
}

static void bind_label(struct problems *list, const struct key *k, const struct tree *t, struct got_label *out) {
  out->from = t;
  if (t->kind == TREE_TEXT) {
    out->v.en = t->text;
    return;
  }
  if (t->kind != TREE_MAP) {
    wrong_type(list, t, k, "write `label: words` or `label: {en: words, zh: 词}`");
    return;
  }
  for (uint32_t i = 0; i < t->count; i++) {
    const struct tree *key = t->pairs[i].key, *value = t->pairs[i].value;
    if (value->kind != TREE_TEXT) problem_add(list, value->at, ERR_INPUT, NULL, "`%s` must be a text, not %s", key->text, kind_words(value));
    else if (!strcmp(key->text, "en")) out->v.en = value->text;
    else if (!strcmp(key->text, "zh")) out->v.zh = value->text;
    else problem_add(list, key->at, ERR_INPUT, "the languages are en and zh", "unknown language \"%.40s\" in `%s`", key->text, k->name);
  }
}

bool bind_split(struct problems *list, const struct tree *t, struct got_texts *out) {
  uint32_t n = 1;
  for (uint32_t i = 0; i < t->len; i++) n += t->text[i] == '|';
  struct tree *parts = arena_array(list->arena, n, sizeof *parts);
  if (!parts || !(out->items = arena_array(list->arena, n, sizeof *out->items))) return false;
  const char *start = t->text, *end = t->text + t->len;
  for (uint32_t i = 0; i < n; i++) {
    const char *bar = memchr(start, '|', (size_t)(end - start));
    struct span one = span_trim((struct span){start, (size_t)((bar ? bar : end) - start)});
    parts[i] = *t;
    parts[i].at = tree_place(t, (size_t)(one.at - t->text));
    parts[i].raw = NULL;
    parts[i].len = (uint32_t)one.len;
    if (!(parts[i].text = arena_strn(list->arena, one.at, one.len))) return false;
    out->items[i] = &parts[i];
    start = bar ? bar + 1 : end;
  }
  out->count = n;
  return true;
}

bool bind_words(struct problems *list, const struct tree *t, struct got_texts *out) {
  uint32_t room = t->len / 2 + 1;
  struct tree *parts = arena_array(list->arena, room, sizeof *parts);
  if (!parts || !(out->items = arena_array(list->arena, room, sizeof *out->items))) return false;
  for (const char *at = t->text, *end = t->text + t->len; at < end;) {
    size_t n = strcspn(at, " |\t\r\n");
    if (!n) {
      at++;
      continue;
    }
    struct tree *part = &parts[out->count];
    *part = *t;
    part->at = tree_place(t, (size_t)(at - t->text));
    part->raw = NULL, part->len = (uint32_t)n;
    if (!(part->text = arena_strn(list->arena, at, n))) return false;
    out->items[out->count++] = part;
    at += n;
  }
  return true;
}

static bool bind_texts(struct problems *list, const struct key *k, const struct tree *t, struct got_texts *out) {
  out->from = t;
  if (t->kind == TREE_TEXT && k->type != KEY_TEXTS) return bind_words(list, t, out);
  if (t->kind == TREE_TEXT && t->style == TREE_CELL) return bind_split(list, t, out);
  if (t->kind != TREE_LIST) {
    wrong_type(list, t, k, "write [one, two]");
    return true;
  }
  if (!(out->items = arena_array(list->arena, t->count ? t->count : 1, sizeof *out->items))) return false;
  for (uint32_t i = 0; i < t->count; i++) {
    if (t->items[i]->kind == TREE_TEXT) out->items[out->count++] = t->items[i];
    else problem_add(list, t->items[i]->at, ERR_INPUT, NULL, "`%s` is a list of texts, and here stands %s", k->name, kind_words(t->items[i]));
  }
  return true;
}

static bool bind_numbers(struct problems *list, const struct key *k, const struct tree *t, struct got_numbers *out) {
  struct got_texts texts = {0};
  if (!bind_texts(list, k, t, &texts)) return false;
  out->from = t;
  if (!(out->v = arena_array(list->arena, texts.count + 1, sizeof *out->v))) return false;
  for (uint32_t i = 0; i < texts.count; i++)
    if (bind_number(texts.items[i]->text, texts.items[i]->len, &out->v[out->count])) out->count++;
    else problem_add(list, texts.items[i]->at, ERR_INPUT, "write them as 1000, 0.6 or 1/6, without commas or units", "`%s` is a list of numbers, and here stands \"%.60s\"", k->name, texts.items[i]->text);
  return true;
}

static void bind_range(struct problems *list, const struct key *k, const struct tree *t, struct got_range *out) {
  static const char *const names[] = {"low", "mid", "high"};
  static const char hint[] = "write 1000, or {low: 800, mid: 1000, high: 1500}: the 10th percentile, what is expected, the 90th";
  double v[3];
  bool fine = t->kind != TREE_LIST;
  if (t->kind == TREE_TEXT) {
    fine = bind_number(t->text, t->len, &v[0]);
    v[1] = v[2] = v[0];
  }
  for (uint32_t i = 0; t->kind == TREE_MAP && i < t->count; i++) {
    const char *key = t->pairs[i].key->text;
    fine = fine && (!strcmp(key, names[0]) || !strcmp(key, names[1]) || !strcmp(key, names[2]));
  }
  for (unsigned i = 0; t->kind == TREE_MAP && i < 3; i++) {
    const struct tree *one = tree_get(t, names[i]);
    fine = fine && one && one->kind == TREE_TEXT && bind_number(one->text, one->len, &v[i]);
  }
  if (!fine) wrong_type(list, t, k, hint);
  else if (!(v[0] <= v[1] && v[1] <= v[2])) problem_add(list, t->at, ERR_INPUT, hint, "`%s`: low, mid and high must not fall", k->name);
  else *out = (struct got_range){t, {v[0], v[1], v[2]}};
}

static void bind_word(struct problems *list, const struct key *k, const struct tree *t, struct got_word *out) {
  char hint[300];
  size_t len = (size_t)snprintf(hint, sizeof hint, "one of:");
  for (const char *const *w = k->words; *w; w++) {
    if (t->kind == TREE_TEXT && !strcmp(t->text, *w)) {
      *out = (struct got_word){t, (int)(w - k->words)};
      return;
    }
    if (len < sizeof hint) len += (size_t)snprintf(hint + len, sizeof hint - len, " %s", *w);
  }
  if (t->kind != TREE_TEXT) wrong_type(list, t, k, hint);
  else problem_add(list, t->at, ERR_INPUT, hint, "`%s` cannot be \"%.60s\"", k->name, t->text);
}

static bool bind_scalar(struct problems *list, const struct key *k, const struct tree *t, void *to) {
  switch (k->type) {
  case KEY_FLAG:
    if (!strcmp(t->text, "true") || !strcmp(t->text, "false")) *(struct got_flag *)to = (struct got_flag){t, t->text[0] == 't'};
    else wrong_type(list, t, k, "write true or false");
    return true;
  case KEY_WHOLE: {
    int64_t v;
    if (number_int64(t->text, t->len, &v)) *(struct got_whole *)to = (struct got_whole){t, v};
    else wrong_type(list, t, k, "digits only: no commas, no decimals");
    return true;
  }
  case KEY_NUMBER: {
    double v;
    if (bind_number(t->text, t->len, &v)) *(struct got_number *)to = (struct got_number){t, v};
    else wrong_type(list, t, k, "write it as 1000, 0.6 or 1/6, without commas or units");
    return true;
  }
  case KEY_NAME:
    if (!bind_is_name(t->text)) {
      problem_add(list, t->at, ERR_INPUT, is_identifier(t->text) ? "the rule language keeps this word for itself" : "a to z first, then a to z, 0 to 9 and _, at most 41",
                  "\"%.60s\" cannot be a name", t->text);
      return true;
    }
    *(struct got_text *)to = (struct got_text){t, t->text, t->len};
    return true;
  default: *(struct got_text *)to = (struct got_text){t, t->text, t->len}; return true;
  }
}

static bool bind_value(struct problems *list, const struct key *k, const struct tree *t, void *to) {
  switch (k->type) {
  case KEY_LABEL: bind_label(list, k, t, to); return true;
  case KEY_WORD: bind_word(list, k, t, to); return true;
  case KEY_RANGE: bind_range(list, k, t, to); return true;
  case KEY_NUMBERS: return bind_numbers(list, k, t, to);
  case KEY_NAMES:
  case KEY_TEXTS: return bind_texts(list, k, t, to);
  case KEY_TREE: ((struct got_tree *)to)->from = t; return true;
  case KEY_MAP: return bind_map(list, k->table, t, to);
  case KEY_LIST:
    if (t->kind != TREE_LIST) wrong_type(list, t, k, "each entry begins with a dash, `- {...}`; or write {file: NAME.csv}");
    else return bind_list(list, k->table, t, to);
    return true;
  default:
    if (t->kind != TREE_TEXT) wrong_type(list, t, k, k->type == KEY_RULE ? "put the rule in quotes" : NULL);
    else return bind_scalar(list, k, t, to);
    return true;
  }
}

static void unknown_key(struct problems *list, const struct key_table *table, const struct tree *key) {
  if (problem_full(list)) {
    list->count++;
    return;
  }
  const char *names[64] = {NULL};
  char hint[300];
  for (uint32_t i = 0; i < table->count && i < 63; i++) names[i] = table->keys[i].name;
  const char *near = problem_nearest(key->text, names);
  if (!is_identifier(key->text)) snprintf(hint, sizeof hint, "a value with a comma, a colon or a bracket inside { } stands in quotes");
  else if (near) snprintf(hint, sizeof hint, "did you mean `%s`?", near);
  else {
    size_t len = (size_t)snprintf(hint, sizeof hint, "the keys of %s are:", table->title);
    for (uint32_t i = 0; i < table->count && len < sizeof hint; i++) len += (size_t)snprintf(hint + len, sizeof hint - len, " %s", names[i]);
  }
  problem_add(list, key->at, ERR_INPUT, hint, "unknown key \"%.60s\" in %s", key->text, table->title);
}

bool bind_map(struct problems *list, const struct key_table *table, const struct tree *map, void *draft) {
  *(const struct tree **)draft = map;
  if (map->kind == TREE_TEXT && table->shorthand && !is_nothing(map)) {
    for (uint32_t i = 0; i < table->count; i++)
      if (!strcmp(table->keys[i].name, table->shorthand)) return bind_value(list, &table->keys[i], map, (char *)draft + table->keys[i].offset);
  }
  if (map->kind != TREE_MAP) {
    problem_add(list, map->at, ERR_INPUT, "write key: value pairs", "%s must be a map, not %s", table->title, is_nothing(map) ? "nothing" : kind_words(map));
    return true;
  }
  for (uint32_t p = 0; p < map->count; p++) {
    const struct tree *key = map->pairs[p].key, *value = map->pairs[p].value;
    const struct key *k = NULL;
    for (uint32_t i = 0; i < table->count && !k; i++)
      if (!strcmp(table->keys[i].name, key->text)) k = &table->keys[i];
    if (!k) unknown_key(list, table, key);
    else if (is_nothing(value)) problem_add(list, key->at, ERR_INPUT, "give it one, or take the line out", "`%s` has no value", k->name);
    else if (!bind_value(list, k, value, (char *)draft + k->offset)) {
      list->broken = true;
      return false;
    }
  }
  for (uint32_t i = 0; i < table->count; i++)
    if (table->keys[i].required && !tree_get(map, table->keys[i].name))
      problem_add(list, map->at, ERR_INPUT, table->keys[i].text, "%s needs `%s`", table->title, table->keys[i].name);
  return !list->broken;
}

bool bind_list(struct problems *list, const struct key_table *table, const struct tree *from, struct got_list *out) {
  out->from = from;
  out->items = arena_array(list->arena, from->count ? from->count : 1, table->size);
  if (!out->items) {
    list->broken = true;
    return false;
  }
  for (uint32_t i = 0; i < from->count; i++)
    if (!bind_map(list, table, from->items[i], (char *)out->items + (size_t)i * table->size)) return false;
  out->count = from->count;
  return true;
}
