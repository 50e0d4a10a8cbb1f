#include "store/postgres.h"

#include <ctype.h>
#include <string.h>

#include "store/spec.h"

/* ---- fixed tables: one text, two dialects ---- */

static const struct { const char *ours, *theirs; } type_words[] = {{"INTEGER", "bigint"}, {"REAL", "double precision"}, {"TEXT", "text COLLATE \"C\""}, {"BLOB", "bytea"}};

static bool word_is(const char *at, size_t n, const char *word) { return strlen(word) == n && memcmp(at, word, n) == 0; }

/* Reads the few forms that schema/ uses: CREATE TABLE name ( column TYPE ..., ) STRICT, WITHOUT ROWID; and CREATE INDEX. Foreign
 * keys are gathered for the end, because a table may name one that comes later. */
void pg_schema(struct text *q, const char *sql) {
  struct text keys;
  text_init(&keys, 1 << 16);
  char table[48] = "", column[48] = "";
  bool making = false, named = true, at_column = false, closed = false;
  int depth = 0;
  for (const char *p = sql; *p;) {
    if (p[0] == '-' && p[1] == '-') {
      p += strcspn(p, "\n");
      continue;
    }
    if (!isalnum((unsigned char)*p) && *p != '_') {
      if (*p == '(' && depth++ == 0) at_column = making;
      if (*p == ')' && --depth == 0) {
        text_addc(q, ')');
        closed = making;
      } else if (*p == ';') {
        text_add(q, ";\n");
        making = closed = false;
      } else if (!closed) text_addc(q, *p);
      if (*p == ',' && depth == 1) at_column = making;
      p++;
      continue;
    }
    size_t n = 0;
    while (isalnum((unsigned char)p[n]) || p[n] == '_') n++;
    if (closed) { /* STRICT, WITHOUT ROWID */
    } else if (word_is(p, n, "REFERENCES")) {
      const char *end = strchr(p, ')');
      size_t rest = end ? (size_t)(end + 1 - p) : strlen(p);
      text_addf(&keys, "ALTER TABLE \"%s\" ADD FOREIGN KEY (\"%s\") %.*s DEFERRABLE INITIALLY DEFERRED;\n", table, column, (int)rest, p);
      p += rest;
      continue;
    } else {
      const char *as = NULL;
      for (size_t i = 0; depth && i < sizeof type_words / sizeof *type_words; i++)
        if (word_is(p, n, type_words[i].ours)) as = type_words[i].theirs;
      if (as) text_add(q, as);
      else text_addn(q, p, n);
      if (at_column && n < sizeof column) memcpy(column, p, n), column[n] = 0, at_column = false;
      if (!named && n < sizeof table) memcpy(table, p, n), table[n] = 0, named = true;
      if (word_is(p, n, "TABLE")) making = true, named = false;
    }
    p += n;
  }
  text_add(q, text_str(&keys));
  text_free(&keys);
}

/* ---- generated tables ---- */

enum { MOST_COLUMNS = 1600 };
static const char *const pg_types[] = {[STORE_INT] = "bigint", [STORE_REAL] = "double precision", [STORE_TEXT] = "text COLLATE \"C\"", [STORE_BLOB] = "bytea"};

enum status pg_create_table(struct store *s, const struct table_spec *t, struct err *e) {
  struct text q;
  if (t->count > MOST_COLUMNS)
    return err_set(e, ERR_LIMIT, "split the level into two, drop fields that no rule reads, or keep this programme in a file", "table %s would have %u columns; PostgreSQL takes %d", t->name, t->count, MOST_COLUMNS);
  text_init(&q, 1 << 20);
  text_addf(&q, "CREATE TABLE \"%s\" (\n", t->name);
  for (uint32_t i = 0; i < t->count; i++)
    text_addf(&q, "  \"%s\" %s%s,\n", t->columns[i].name, pg_types[t->columns[i].type], t->columns[i].not_null || i < t->key_count ? " NOT NULL" : "");
  text_add(&q, "  PRIMARY KEY (");
  for (uint32_t i = 0; i < t->key_count; i++) text_addf(&q, "%s\"%s\"", i ? ", " : "", t->columns[i].name);
  text_add(&q, "))");
  enum status st = text_check(&q, t->name, e);
  if (st == OK) st = pg_exec(PG_STORE(s), text_str(&q), t->name, e);
  text_free(&q);
  return st;
}

enum status pg_create_index(struct store *s, const struct table_spec *t, const char *name, const char *const *columns, uint32_t count, bool unique, struct err *e) {
  struct text q;
  text_init(&q, 1 << 16);
  spec_index(&q, t, name, columns, count, unique);
  enum status st = text_check(&q, name, e);
  if (st == OK) st = pg_exec(PG_STORE(s), text_str(&q), name, e);
  text_free(&q);
  return st;
}
