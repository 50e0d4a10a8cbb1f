/* spec.c - SQL for generated tables, written from checked identifiers only. */
#include "store/spec.h"

#include <string.h>

bool store_identifier_ok(const char *name) {
  if (!name || name[0] < 'a' || name[0] > 'z') return false;
  size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
  return n <= 41 && name[n] == 0;
}

enum status store_spec_check(const struct table_spec *t, struct err *e) {
  if (!store_identifier_ok(t->name)) return err_set(e, ERR_INTERNAL, NULL, "\"%.60s\" cannot be a table's name", t->name ? t->name : "");
  if (t->count > 2000) return err_set(e, ERR_LIMIT, "split the level into two, or drop fields that no rule reads", "table %s would have %u columns; 2000 is the most", t->name, t->count);
  if (t->key_count == 0 || t->key_count > t->count) return err_set(e, ERR_INTERNAL, NULL, "table %s has no key", t->name);
  for (uint32_t i = 0; i < t->count; i++) {
    if (!store_identifier_ok(t->columns[i].name)) return err_set(e, ERR_INTERNAL, NULL, "\"%.60s\" cannot be a column's name (table %s)", t->columns[i].name ? t->columns[i].name : "", t->name);
    if (i < t->key_count && t->columns[i].type != STORE_INT && t->columns[i].type != STORE_TEXT) return err_set(e, ERR_INTERNAL, NULL, "key column %s of table %s is neither an integer nor text", t->columns[i].name, t->name);
    for (uint32_t k = 0; k < i; k++)
      if (strcmp(t->columns[i].name, t->columns[k].name) == 0) return err_set(e, ERR_INTERNAL, NULL, "column %s stands twice in table %s", t->columns[i].name, t->name);
  }
  return OK;
}

static const char *const type_names[] = {"INTEGER", "REAL", "TEXT", "BLOB"};

/* Names are quoted as well as checked: `order` or `group` may be a field's name. */
static void columns(struct text *q, const struct table_spec *t, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) text_addf(q, "%s\"%s\"", i ? ", " : "", t->columns[i].name);
}

static void where_key(struct text *q, const struct table_spec *t, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) text_addf(q, "%s \"%s\" = ?%u", i ? " AND" : " WHERE", t->columns[i].name, i + 1);
}

void spec_create(struct text *q, const struct table_spec *t) {
  text_addf(q, "CREATE TABLE \"%s\" (\n", t->name);
  for (uint32_t i = 0; i < t->count; i++)
    text_addf(q, "  \"%s\" %s%s,\n", t->columns[i].name, type_names[t->columns[i].type], t->columns[i].not_null || i < t->key_count ? " NOT NULL" : "");
  text_add(q, "  PRIMARY KEY (");
  columns(q, t, t->key_count);
  text_add(q, ")\n) STRICT, WITHOUT ROWID");
}

void spec_index(struct text *q, const struct table_spec *t, const char *name, const char *const *names, uint32_t count, bool unique) {
  text_addf(q, "CREATE %sINDEX \"%s\" ON \"%s\" (", unique ? "UNIQUE " : "", name, t->name);
  for (uint32_t i = 0; i < count; i++) text_addf(q, "%s\"%s\"", i ? ", " : "", names[i]);
  text_add(q, ")");
}

void spec_operation(struct text *q, const struct table_spec *t, enum store_op op, uint32_t n) {
  switch (op) {
  case STORE_INSERT:
    text_addf(q, "INSERT INTO \"%s\"(", t->name);
    columns(q, t, t->count);
    text_add(q, ") VALUES (");
    for (uint32_t i = 0; i < t->count; i++) text_addf(q, "%s?%u", i ? "," : "", i + 1);
    text_add(q, ")");
    return;
  case STORE_DELETE:
    text_addf(q, "DELETE FROM \"%s\"", t->name);
    where_key(q, t, t->key_count);
    return;
  case STORE_CLEAR:
    text_addf(q, "UPDATE \"%s\" SET \"%s\" = NULL", t->name, t->columns[n].name);
    where_key(q, t, 2);
    return;
  case STORE_SET:
    text_addf(q, "UPDATE \"%s\" SET \"%s\" = ?%u", t->name, t->columns[n].name, t->key_count + 1);
    where_key(q, t, t->key_count);
    return;
  case STORE_MAX:
    text_addf(q, "SELECT max(\"%s\") FROM \"%s\"", t->columns[n].name, t->name);
    where_key(q, t, n);
    return;
  case STORE_COUNT_ALL:
    text_addf(q, "SELECT count(*) FROM \"%s\"", t->name);
    return;
  case STORE_COUNT_UPTO:
    text_addf(q, "SELECT count(*) FROM \"%s\" WHERE \"%s\" <= ?1", t->name, t->columns[n].name);
    return;
  case STORE_REPEATED:
    text_add(q, "SELECT ");
    columns(q, t, t->count);
    text_addf(q, " FROM \"%s\" WHERE \"%s\" IN (SELECT \"%s\" FROM \"%s\" WHERE \"%s\" IS NOT NULL GROUP BY \"%s\" HAVING count(*) > 1) ORDER BY \"%s\", ", t->name, t->columns[n].name, t->columns[n].name, t->name,
              t->columns[n].name, t->columns[n].name, t->columns[n].name);
    columns(q, t, t->key_count);
    return;
  case STORE_RANKED:
    text_add(q, "SELECT ");
    columns(q, t, t->count);
    text_addf(q, ", CASE WHEN count(*) OVER (PARTITION BY \"%s\") > 1 THEN 1 ELSE 0 END FROM \"%s\" WHERE \"%s\" IS NOT NULL ORDER BY \"%s\", ", t->columns[n].name, t->name, t->columns[n].name, t->columns[n].name);
    columns(q, t, t->key_count);
    return;
  case STORE_GET:
  case STORE_PREFIX:
  case STORE_BY:
  case STORE_HOME_BY:
  default:
    text_add(q, "SELECT ");
    columns(q, t, t->count);
    text_addf(q, " FROM \"%s\"", t->name);
    if (op == STORE_BY) text_addf(q, " WHERE \"%s\" = ?1", t->columns[n].name);
    else if (op == STORE_HOME_BY) text_addf(q, " WHERE \"%s\" = ?1 AND \"%s\" = ?2", t->columns[0].name, t->columns[n].name);
    else where_key(q, t, op == STORE_GET ? t->key_count : n);
    text_add(q, " ORDER BY ");
    columns(q, t, t->key_count);
  }
}

void spec_append(struct text *q, const struct table_spec *t, const char *from) {
  text_addf(q, "INSERT INTO \"%s\"(", t->name);
  columns(q, t, t->count);
  text_add(q, ") SELECT ");
  for (uint32_t i = 0; i < t->count; i++) text_addf(q, "%sc%u", i ? "," : "", i);
  text_addf(q, " FROM \"%s\"", from);
}
