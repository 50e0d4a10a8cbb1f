#define _GNU_SOURCE /* memmem */
#include "cli/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"

const char options_global[] =
    "format=table|csv|json  how results are printed (default: table)\n"
    "lang=en|zh  the language of words for people (default: from LANG)\n"
    "quiet  no notes, no progress\n"
    "help  what this verb does\n";

bool options_next(const char **at, struct option_row *row) {
  const char *p = *at;
  if (!p || !*p) return false;
  size_t len = strcspn(p, "\n");
  *at = p + len + (p[len] == '\n');
  const char *gap = memmem(p, len, "  ", 2);
  size_t head = gap ? (size_t)(gap - p) : len;
  const char *words = gap ? gap : p + len;
  while (words < p + len && *words == ' ') words++;
  *row = (struct option_row){.words = {words, (size_t)(p + len - words)}};
  if (head && p[head - 1] == '*') row->repeated = true, head--;
  const char *equals = memchr(p, '=', head);
  row->name = (struct span){p, equals ? (size_t)(equals - p) : head};
  if (equals) row->value = (struct span){equals + 1, head - row->name.len - 1};
  return true;
}

static bool find_in(const char *table, const char *name, size_t n, struct option_row *row) {
  for (const char *at = table; options_next(&at, row);)
    if (row->name.len == n && memcmp(row->name.at, name, n) == 0) return true;
  return false;
}

/* Levenshtein distance, rows of at most 64 letters; longer words are far apart. */
static int distance(const char *a, const char *b) {
  size_t n = strlen(a), m = strlen(b);
  if (n > 63 || m > 63) return 64;
  int row[64];
  for (size_t j = 0; j <= m; j++) row[j] = (int)j;
  for (size_t i = 1; i <= n; i++) {
    int corner = row[0];
    row[0] = (int)i;
    for (size_t j = 1; j <= m; j++) {
      int best = corner + (a[i - 1] != b[j - 1]);
      if (row[j] + 1 < best) best = row[j] + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      corner = row[j];
      row[j] = best;
    }
  }
  return row[m];
}

const char *options_nearest(const char *word, const char *const *names, int count) {
  const char *best = NULL;
  int least = 3;
  for (int i = 0; i < count; i++) {
    int d = distance(word, names[i]);
    if (d < least && d * 2 < (int)strlen(names[i]) + 1) least = d, best = names[i];
  }
  return best;
}

static enum status unknown(struct cli *c, const char *word, struct err *e) {
  const char *names[64];
  int count = 0;
  struct option_row row;
  const char *tables[2] = {c->verb->options, options_global};
  for (int t = 0; t < 2; t++)
    for (const char *at = tables[t]; count < 64 && options_next(&at, &row);) {
      char *copy = arena_strn(&c->arena, row.name.at, row.name.len);
      if (copy) names[count++] = copy;
    }
  const char *near = options_nearest(word, names, count);
  char hint[200];
  if (near) snprintf(hint, sizeof hint, "did you mean --%s?", near);
  else snprintf(hint, sizeof hint, "see `lucid help %s`", c->verb->name);
  return err_set(e, ERR_USAGE, hint, "`lucid %s` has no option --%s", c->verb->name, word);
}

static enum status one_option(struct cli *c, const char *word, const char *next, bool *took_next, struct err *e) {
  const char *equals = strchr(word, '=');
  size_t n = equals ? (size_t)(equals - word) : strlen(word);
  char *name = arena_strn(&c->arena, word, n);
  struct option_row row;
  if (!name) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (!find_in(c->verb->options, word, n, &row) && !find_in(options_global, word, n, &row)) return unknown(c, name, e);
  const char *value = equals ? equals + 1 : NULL;
  if (!row.value.len && value) return err_set(e, ERR_USAGE, NULL, "--%s takes no value", name);
  if (row.value.len && !value) {
    if (!next) return err_set(e, ERR_USAGE, NULL, "--%s needs a value: --%s %.*s", name, name, (int)row.value.len, row.value.at);
    value = next;
    *took_next = true;
  }
  for (int i = 0; i < c->option_count; i++)
    if (strcmp(c->options[i].name, name) == 0 && row.value.len && !row.repeated) return err_set(e, ERR_USAGE, NULL, "--%s was given twice", name);
  c->options[c->option_count++] = (struct cli_option){name, value};
  return OK;
}

static enum status common(struct cli *c, struct err *e) {
  const char *format = cli_option(c, "format"), *lang = cli_option(c, "lang");
  c->quiet = cli_flag(c, "quiet");
  if (format) {
    if (strcmp(format, "csv") == 0) c->format = FORMAT_CSV;
    else if (strcmp(format, "json") == 0) c->format = FORMAT_JSON;
    else if (strcmp(format, "table") != 0) return err_set(e, ERR_USAGE, NULL, "--format %s: it is table, csv or json", format);
  }
  if (lang) {
    if (strcmp(lang, "zh") == 0 || strncmp(lang, "zh_", 3) == 0) c->lang = LANG_ZH;
    else if (strcmp(lang, "en") == 0) c->lang = LANG_EN;
    else return err_set(e, ERR_USAGE, NULL, "--lang %s: it is en or zh", lang);
  }
  return OK;
}

/* The first argument of a verb that takes an expression: it may begin with a dash, but `--word` and `--word=` are options. */
static bool is_expression(const struct cli *c, const char *word) {
  if (!c->verb->verbatim || c->arg_count || strcmp(word, "--") == 0 || strcmp(word, "-h") == 0) return false;
  return word[1] != '-' || strspn(word + 2, "abcdefghijklmnopqrstuvwxyz-") != strcspn(word + 2, "=");
}

/* How many arguments the verb's row names; a row that ends in "..." takes any number, an expression answers for itself. */
static enum status refuse_left_over(const struct cli *c, struct err *e) {
  const char *names = c->verb->arguments;
  if (c->verb->verbatim || (names && strstr(names, "..."))) return OK;
  int most = names && *names ? 1 : 0;
  for (const char *p = names; p && *p; p++) most += *p == ' ';
  if (c->arg_count <= most) return OK;
  const char *left = c->args[most];
  char hint[400];
  struct option_row row;
  if (find_in(c->verb->options, "file", 4, &row)) snprintf(hint, sizeof hint, "a data file is named with --file: lucid %s %s --file %s", c->verb->name, c->args[0], left);
  else snprintf(hint, sizeof hint, "usage: lucid %s %s; a name with spaces goes in quotes", c->verb->name, c->verb->arguments);
  return err_set(e, ERR_USAGE, hint, "`lucid %s` does not know what to do with \"%s\"", c->verb->name, left);
}

enum status options_read(struct cli *c, int argc, char **argv, struct err *e) {
  ARENA_TRY(e, c->args = arena_array(&c->arena, (size_t)argc + 1, sizeof *c->args));
  ARENA_TRY(e, c->options = arena_array(&c->arena, (size_t)argc + 1, sizeof *c->options));
  bool only_args = false;
  for (int i = 0; i < argc; i++) {
    if (only_args || argv[i][0] != '-' || argv[i][1] == 0 || is_expression(c, argv[i])) {
      c->args[c->arg_count++] = argv[i];
    } else if (strcmp(argv[i], "--") == 0) {
      only_args = true;
    } else if (strcmp(argv[i], "-h") == 0) {
      c->options[c->option_count++] = (struct cli_option){"help", NULL};
    } else if (argv[i][1] != '-') {
      return err_set(e, ERR_USAGE, "options begin with two dashes; a value that begins with a dash goes after `--`", "`%s` is not an option", argv[i]);
    } else {
      bool took_next = false;
      TRY(one_option(c, argv[i] + 2, i + 1 < argc ? argv[i + 1] : NULL, &took_next, e));
      if (took_next) i++;
    }
  }
  TRY(common(c, e));
  return cli_flag(c, "help") ? OK : refuse_left_over(c, e);
}

const char *cli_option_nth(const struct cli *c, const char *name, int nth) {
  for (int i = 0; i < c->option_count; i++)
    if (strcmp(c->options[i].name, name) == 0 && nth-- == 0) return c->options[i].value;
  return NULL;
}

const char *cli_option(const struct cli *c, const char *name) {
  const char *value = NULL;
  for (int i = 0; i < c->option_count; i++)
    if (strcmp(c->options[i].name, name) == 0) value = c->options[i].value;
  return value;
}

bool cli_flag(const struct cli *c, const char *name) {
  for (int i = 0; i < c->option_count; i++)
    if (strcmp(c->options[i].name, name) == 0) return true;
  return false;
}

enum status cli_need(const struct cli *c, int i, const char *what, const char **out, struct err *e) {
  if (i < c->arg_count) {
    *out = c->args[i];
    return OK;
  }
  char hint[300];
  snprintf(hint, sizeof hint, "usage: lucid %s %s", c->verb->name, c->verb->arguments);
  return err_set(e, ERR_USAGE, hint, "%s is missing", what);
}

enum status cli_option_int(const struct cli *c, const char *name, int64_t least, int64_t most, int64_t otherwise, int64_t *out, struct err *e) {
  const char *value = cli_option(c, name);
  *out = otherwise;
  if (!value) return OK;
  if (number_int64(value, strlen(value), out) && *out >= least && *out <= most) return OK;
  return err_set(e, ERR_USAGE, NULL, "--%s %s: a whole number from %lld to %lld is needed", name, value, (long long)least, (long long)most);
}
