/* schema.c - the migrations that travel inside the program, and which registry may be opened. */
#include "schema_sql.h"

#include "store/driver.h"

enum { CARRIED = sizeof schema_sql / sizeof *schema_sql - 1 }; /* the last row is empty */

int store_schema_version(void) { return CARRIED; }
const char *schema_file(int number) { return number >= 1 && number <= CARRIED ? schema_sql[number - 1].file : NULL; }
const char *schema_text(int number) { return number >= 1 && number <= CARRIED ? schema_sql[number - 1].text : NULL; }

void schema_before(const struct store *s, int migration, int statement) {
  if (s->before) s->before(s->ctx, migration, statement);
}

enum status schema_accept(const struct store *s, long long version, struct err *e) {
  if (version == CARRIED) return OK;
  if (version > CARRIED)
    return err_set(e, ERR_VERSION, "install the newer Lucid that made it", "%s: made by a newer version: its tables are version %lld, this program (%s) knows up to %d", s->path, version, LUCID_VERSION, CARRIED);
  if (version < 1) return err_set(e, ERR_VERSION, "restore the latest backup", "%s: its tables say version %lld, which no Lucid ever made", s->path, version);
  if (s->mode == STORE_MIGRATE) return OK;
  return err_set(e, ERR_VERSION, "`lucid migrate REGISTRY` brings it up to date, after a backup; `--dry-run` says what it would do",
                 "%s: made by an older version: its tables are version %lld, this program (%s) works with %d", s->path, version, LUCID_VERSION, CARRIED);
}

enum status schema_moved(const struct store *s, long long version, struct err *e) {
  return err_set(e, ERR_VERSION, "run the command again", "%s: another program changed its tables from version %d to %lld meanwhile; nothing was written", s->path, s->version, version);
}
