#include "store/postgres.h"

#include <string.h>

/* One table from SQLSTATEs to ours: a whole state, or its class of two characters. The first that fits counts. */
static const struct {
  const char *state;
  enum status status;
  const char *words, *hint;
} state_table[] = {
    {"53100", ERR_FULL, "the server's disk is full", "free some space on the server's disk and run the command again; nothing was kept of this change"},
    {"53200", ERR_MEMORY, "the server is out of memory", "run the command again when the server has less to do"},
    {"53300", ERR_BUSY, "the server takes no more connections", "run the command again later, or raise max_connections"},
    {"53", ERR_BUSY, "the server is short of something", "run the command again later; nothing was changed"},
    {"55P03", ERR_BUSY, "somebody else is writing", "wait until the other command has finished, then run this one again; nothing was changed"},
    {"40", ERR_BUSY, "somebody else changed the same rows at the same time", "run the command again; nothing was changed"},
    {"57014", ERR_CANCELLED, "stopped on the server", NULL},
    {"57", ERR_IO, "the server was stopped", "run the command again when the server is back; nothing was kept of this change"},
    {"08", ERR_IO, "the connection to the server was lost", "run the command again; nothing was kept of this change"},
    {"28", ERR_IO, "the server does not let you in", "check user and password (put the password into ~/.pgpass, mode 0600, not into the URL), and the server's pg_hba.conf"},
    {"3D000", ERR_NOT_FOUND, "there is no such database", "make it first: createdb --encoding=UTF8 --template=template0 NAME"},
    {"42501", ERR_IO, "the user may not do this", "ask the server's administrator for: GRANT CREATE ON DATABASE ... (to make a registry), GRANT on schema " PG_SCHEMA " (to use one)"},
    {"25006", ERR_IO, "it may not be written to", "connect to the server that takes writes, not to its copy"},
    {"22021", ERR_INPUT, "a text is not UTF-8, or holds a NUL", "correct the text"},
    {"23", ERR_CONFLICT, "a rule of the database does not hold", NULL},
    {"54", ERR_LIMIT, "a row is too wide for the database", "split the level into two, or drop fields that no rule reads"},
    {"58030", ERR_IO, "the server could not read or write its disk", "check the server's disk; nothing was kept of this change"},
    {"XX001", ERR_CORRUPT, "the database is damaged", "restore the latest backup; `lucid fsck` says what is still whole"},
    {"XX002", ERR_CORRUPT, "an index of the database is damaged", "REINDEX the database, then run `lucid fsck`"},
};

bool pg_lost(const struct pg_store *p) { return p->cut || !p->conn || PQstatus(p->conn) != CONNECTION_OK; }

static void one_line(const char *from, char *to, size_t cap) {
  size_t n = 0;
  for (; *from && n + 1 < cap; from++) to[n++] = *from == '\n' || *from == '\t' ? ' ' : *from;
  while (n && to[n - 1] == ' ') n--;
  to[n] = 0;
}

enum status pg_fail(struct pg_store *p, const PGresult *r, const char *doing, struct err *e) {
  const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL, *said = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
  char words[200];
  one_line(said ? said : p->conn ? PQerrorMessage(p->conn) : "", words, sizeof words);
  /* Without a state it is libpq that speaks: of the connection. The server's farewells (57P01 and the like) end it as well. */
  if (!state || strncmp(state, "57P", 3) == 0 || strncmp(state, "08", 2) == 0) p->cut = true;
  for (size_t i = 0; state && i < sizeof state_table / sizeof *state_table; i++)
    if (strncmp(state, state_table[i].state, strlen(state_table[i].state)) == 0)
      return err_set(e, state_table[i].status, state_table[i].hint, "%s: %s (%.80s: %s)", p->base.path, state_table[i].words, doing, words);
  if (pg_lost(p))
    return err_set(e, ERR_IO, "run the command again; nothing was kept of this change", "%s: the connection to the server was lost (%.80s: %s)", p->base.path, doing, words);
  return err_set(e, ERR_INTERNAL, NULL, "%s: %.80s: %s (SQLSTATE %s)", p->base.path, doing, words, state ? state : "none");
}

/* A failed connection has no SQLSTATE, only words. */
static const struct {
  const char *has;
  enum status status;
  const char *words, *hint;
} connect_table[] = {
    {"password", ERR_IO, "the server does not let you in", "check user and password: put it into ~/.pgpass (mode 0600), not into the URL"},
    {"authentication", ERR_IO, "the server does not let you in", "check the user, and the server's pg_hba.conf"},
    {"pg_hba.conf", ERR_IO, "the server does not let you in", "the server's pg_hba.conf names who may come from where"},
    {"role ", ERR_IO, "the server does not know the user", "name the user in the URL, postgresql://USER@HOST/DATABASE, or make it: createuser USER"},
    {"starting up", ERR_BUSY, "the server is starting", "run the command again in a moment"},
    {"not yet accepting", ERR_BUSY, "the server is starting", "run the command again in a moment"},
    {"shutting down", ERR_IO, "the server is being stopped", "run the command again when the server is back"},
    {"recovery", ERR_BUSY, "the server is coming back after a crash", "run the command again in a moment"},
    {"database ", ERR_NOT_FOUND, "there is no such database", "make it first: createdb --encoding=UTF8 --template=template0 NAME"},
    {"too many", ERR_BUSY, "the server takes no more connections", "run the command again later, or raise max_connections"},
    {"remaining connection", ERR_BUSY, "the server takes no more connections", "run the command again later, or raise max_connections"},
};

enum status pg_fail_connect(const struct pg_store *p, PGconn *conn, struct err *e) {
  const char *said = conn ? PQerrorMessage(conn) : "out of memory", *fatal = strstr(said, "FATAL:");
  char words[300];
  one_line(fatal ? fatal + 6 + strspn(fatal + 6, " ") : said, words, sizeof words);
  if (strstr(said, "session is read-only"))
    return err_set(e, ERR_IO, "bring the server back, or make the standby take its place: pg_ctl promote", "%s: only a standby is there, and it takes no changes", p->base.path);
  for (size_t i = 0; i < sizeof connect_table / sizeof *connect_table; i++)
    if ((fatal || i < 2) && strstr(words, connect_table[i].has)) return err_set(e, connect_table[i].status, connect_table[i].hint, "%s: %s (%s)", p->base.path, connect_table[i].words, words);
  return err_set(e, ERR_IO, "check that the server runs and the URL names its host and port: postgresql://USER@HOST:PORT/DATABASE", "%s: the server is not there (%s)", p->base.path, words);
}

bool pg_starting(PGconn *conn) {
  const char *said = conn ? PQerrorMessage(conn) : "";
  return strstr(said, "starting up") || strstr(said, "shutting down") || strstr(said, "recovery mode") || strstr(said, "not yet accepting") ||
         strstr(said, "closed the connection unexpectedly"); /* it broke down just then */
}
