#!/bin/sh
# A registry of version 0.1.0 becomes one of this version, as a file and as a database; what it says stays the same.
. "$(dirname "$0")/lib.sh"
if [ -z "${LUCID_TEST_PG:-}" ]; then
  "$TOP/tools/with-postgres" sh "$0"
  rc=$?
  [ $rc = 77 ] && { skip "migrating" "PostgreSQL is not installed"; exit 0; }
  exit $rc
fi
. "$TOP/tests/flow/village/village.sh"
export XDG_DATA_HOME="$DIR/data"
now=$(ls "$TOP"/schema/*.sql | wc -l)

mkdir "$DIR/a" "$DIR/b" "$DIR/c"
chain='SELECT id, kind, hex(hash) FROM event ORDER BY id'

version1 "$DIR/a/x.lucid" || { fail "the old registry is made"; finish; }
R=$DIR/a/x.lucid
before=$(ask "$R" "$chain") sum=$(sha256sum <"$R")
fails "a registry of an older version is refused, with both numbers" 10 "its tables are version 1, this program" "$LUCID" status "$R"
says "... and what to do" "lucid migrate"
fails "... also for writing" 10 "works with $now" "$LUCID" import "$R"
run "$LUCID" migrate "$R" --dry-run
says "a dry run says what would be done" "would go from version 1 to $now"
says "... and where the copy would lie" "x.lucid.version-1"
ok "... and leaves the file as it is" [ "$(sha256sum <"$R")" = "$sum" ]
ok "... without a copy" [ ! -e "$R.version-1" ]
run "$LUCID" migrate "$R"
says "migrate says what it did" "went from version 1 to $now"
ok "the copy beside is the old registry" [ "$(ask "$R.version-1" "PRAGMA user_version; $chain")" = "1
$before" ]
ok "... for its owner only" [ "$(stat -c %a "$R.version-1")" = 600 ]
ok "the events are the same, hash by hash" [ "$(ask "$R" "$chain")" = "$before" ]
sound "what was migrated is sound" "$R"
run "$LUCID" history "$R" H00003 --reveal
says "... with its history, and its sealed fields open" "00CANARY00003"
run "$LUCID" migrate "$R"
says "migrating again has nothing to do" "nothing to do"
run "$LUCID" round close "$R"
says "work goes on: the open round closes" "is closed: 13 households"
run "$LUCID" copy "$R" "$DIR/fresh.lucid"
ok "a migrated registry has the tables of a new one" test "$rc" = 0

# An interrupted attempt has left a copy of its own: it is kept, another is made.
version1 "$DIR/b/x.lucid" && : >"$DIR/b/x.lucid.version-1" && : >"$DIR/b/x.lucid.version-half"
ok "a copy that is there is not written over" run "$LUCID" migrate "$DIR/b/x.lucid"
ok "... another stands beside it" [ -s "$DIR/b/x.lucid.version-1-2" -a ! -s "$DIR/b/x.lucid.version-1" -a ! -e "$DIR/b/x.lucid.version-half" ]

# Writers and the change of tables exclude each other.
version1 "$DIR/c/x.lucid"
{ echo 'BEGIN IMMEDIATE;'; sleep 8; } | sqlite3 "$DIR/c/x.lucid" & holder=$!
sleep 0.5
fails "migrate waits for a writer, then says so" 6 "somebody else is writing" "$LUCID" migrate "$DIR/c/x.lucid"
ok "... and the registry is as it was" [ "$(ask "$DIR/c/x.lucid" 'PRAGMA user_version')" = 1 ]
wait $holder

# ---- PostgreSQL ----

U=$LUCID_TEST_PG
sql() { psql -XqAt -v ON_ERROR_STOP=1 "$U" -c 'SET search_path = lucid' -c "$1"; }
"$LUCID" migrate "$U" >/dev/null 2>&1
version1 "$U" 2>"$DIR/.err" || { errs=$(cat "$DIR/.err"); fail "the old database is made"; finish; }
pgchain="SELECT id, kind, upper(encode(hash, 'hex')) FROM event ORDER BY id"
ok "the old database has the same events" [ "$(sql "$pgchain")" = "$before" ]
fails "an older database is refused, with both numbers" 10 "its tables are version 1, this program" "$LUCID" status "$U"
fails "a database is migrated when its administrator has a copy" 2 "pg_dump" "$LUCID" migrate "$U"
run "$LUCID" migrate "$U" --dry-run
says "a dry run says what would be done to a database" "would go from version 1 to $now"
ok "... and does not" [ "$(sql 'SELECT version FROM store_mark')" = 1 ]
run "$LUCID" migrate "$U" --no-backup
says "a database is migrated" "went from version 1 to $now"
says "... its disk is the server's, and that is said" "cannot be seen from here"
ok "its events are the same, hash by hash" [ "$(sql "$pgchain")" = "$before" ]
sound "the migrated database is sound" "$U"
"$LUCID" round close "$U" --quiet >/dev/null 2>&1
ok "file and database freeze the same snapshot" [ "$(sql "SELECT snapshot FROM round ORDER BY id DESC LIMIT 1")" = "$(ask "$R" 'SELECT snapshot FROM round ORDER BY id DESC LIMIT 1')" ]
sql 'UPDATE store_mark SET version = 99'
fails "a database from a newer version is refused" 10 "version 99" "$LUCID" status "$U"
fails "... and not migrated backwards" 10 "knows up to $now" "$LUCID" migrate "$U" --no-backup
finish
