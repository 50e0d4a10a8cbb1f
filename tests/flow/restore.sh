#!/bin/sh
# The drill: a backup while an import runs, restored to a file and to a database, holds one whole moment, hash by hash.
. "$(dirname "$0")/lib.sh"
if [ -z "${LUCID_TEST_PG:-}" ]; then
  "$TOP/tools/with-postgres" sh "$0"
  rc=$?
  [ $rc = 77 ] && { skip "the restore drill" "PostgreSQL is not installed"; exit 0; }
  exit $rc
fi
. "$TOP/tests/flow/village/village.sh"
export XDG_DATA_HOME="$DIR/data"
U2=$(echo "$LUCID_TEST_PG" | sed 's#/lucid?#/lucid2?#')
sql() { psql -XqAt -v ON_ERROR_STOP=1 "$1" -c 'SET search_path = lucid' -c "$2"; }
allrows() { "$LUCID" copy "$1" "$DIR/rows.lucid" 2>/dev/null | sed -n 's/^all rows  //p'; rm -f "$DIR/rows.lucid" "$DIR/rows.lucid"-*; }

# drill NAME REGISTRY: backs it up while imports run, restores to a file and to a database
drill() {
  which=$1 R=$2
  for b in 2 3 4 5; do people 1500 $b "$DIR/b$b"; done
  (for b in 2 3 4 5; do "$LUCID" import "$R" --data "$DIR/b$b" --quiet >/dev/null 2>&1 || exit 1; done) & w=$!
  sleep 0.3
  run "$LUCID" backup "$R" "$DIR/$which.backup.lucid"
  ok "$which: a backup is made while imports run" test "$rc" = 0
  wait $w
  ok "$which: the imports were not disturbed" test $? = 0
  run "$LUCID" restore "$DIR/$which.backup.lucid" "$DIR/$which.lucid" --dry-run
  says "$which: a dry run says up to where the backup goes" "whole; it goes up to event"
  says "$which: ... and the round" "round 2026 (open)"
  ok "$which: ... and writes nothing" [ ! -e "$DIR/$which.lucid" ]
  run "$LUCID" restore "$DIR/$which.backup.lucid" "$DIR/$which.lucid"
  says "$which: it is restored to a file" "restored from"
  ok "$which: one moment: whole batches" [ "$(ask "$DIR/$which.lucid" 'SELECT count(*), count(DISTINCT f_batch) FROM household')" = "1500|1" ]
  ok "$which: row by row what the backup holds" [ "$(allrows "$DIR/$which.lucid")" = "$(allrows "$DIR/$which.backup.lucid")" ]
  fails "$which: nothing is written over" 5 "already" "$LUCID" restore "$DIR/$which.backup.lucid" "$DIR/$which.lucid"
  sql "$U2" 'DROP SCHEMA IF EXISTS lucid CASCADE' >/dev/null 2>&1
  run "$LUCID" restore "$DIR/$which.backup.lucid" "$U2"
  says "$which: it is restored to a database" "restored from"
  ok "$which: the same rows there" [ "$(allrows "$U2")" = "$(allrows "$DIR/$which.backup.lucid")" ]
  fails "$which: nothing is written over there either" 5 "lucid" "$LUCID" restore "$DIR/$which.backup.lucid" "$U2"
}

registry "$DIR" 1500
drill file "$DIR/x.lucid"
# With the key back, work goes on where the backup stands.
cp "$DIR/x.lucid.key" "$DIR/file.lucid.key"
run "$LUCID" history "$DIR/file.lucid" H00007 --reveal
says "with the key in its place sealed fields open again" "00CANARY00007"
people 1500 9 "$DIR/again"
ok "an import goes on from there" run "$LUCID" import "$DIR/file.lucid" --data "$DIR/again" --quiet
ok "the round closes" run "$LUCID" round close "$DIR/file.lucid" --quiet
sound "... and all is sound" "$DIR/file.lucid"

"$LUCID" copy "$DIR/x.lucid" "$LUCID_TEST_PG" >/dev/null 2>&1
key=$(sql "$LUCID_TEST_PG" "SELECT value FROM meta WHERE name = 'key_id'")
mkdir -p "$XDG_DATA_HOME/lucid/lucid-$key" && cp -p "$DIR/x.lucid.key" "$XDG_DATA_HOME/lucid/lucid-$key/registry.key"
drill database "$LUCID_TEST_PG"

# Frozen rounds and recorded decisions go along when asked for, there and back.
S=$DIR/whole.snapshots
"$LUCID" identify "$DIR/file.lucid" --quiet >/dev/null 2>&1
run "$LUCID" backup "$DIR/file.lucid" "$DIR/whole.lucid" --with-snapshots
says "snapshots go along with a backup" "snapshots that went along to $S: 1"
ok "... byte for byte, with the recorded decisions" diff -r "$DIR/file.snapshots" "$S"
run "$LUCID" restore "$DIR/whole.lucid" "$DIR/whole2.lucid" --with-snapshots
ok "... and back" diff -r "$S" "$DIR/whole2.snapshots"
sql "$U2" 'DROP SCHEMA IF EXISTS lucid CASCADE' >/dev/null 2>&1
run "$LUCID" restore "$DIR/whole.lucid" "$U2" --with-snapshots
ok "... to a database's place too" diff -r "$S" "$(echo "$XDG_DATA_HOME/lucid/lucid2"-*)/registry.snapshots"
for f in "$S"/*/home-*.segment; do chmod u+w "$f"; printf x | dd of="$f" bs=1 seek=300 conv=notrunc 2>/dev/null; done
fails "a damaged snapshot does not go along" 11 "is damaged" "$LUCID" backup "$DIR/whole.lucid" "$DIR/third.lucid" --with-snapshots
ok "... and nothing of it is left" [ -z "$(find "$DIR" -name 'tmp-*')" ]
run "$LUCID" backup "$DIR/file.lucid" "$DIR/plain.lucid"
ok "... nor anything when it was not asked for" [ ! -e "$DIR/plain.snapshots" ]

cp "$DIR/file.backup.lucid" "$DIR/bad.lucid"
ask "$DIR/bad.lucid" "UPDATE household SET f_income = 1 WHERE key = 'H00003'"
fails "a backup that somebody changed is not restored" 11 "somebody changed them" "$LUCID" restore "$DIR/bad.lucid" "$DIR/never.lucid"
ok "... and nothing is left of it" [ ! -e "$DIR/never.lucid" ]
finish
