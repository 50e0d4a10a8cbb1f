#!/bin/sh
# A first import large enough that the blind indexes of a file are taken away and sorted at its end (a database keeps them): they are all there afterwards, hold every
# row, and a kill in the middle leaves the registry with its indexes and without a row.
. "$(dirname "$0")/lib.sh"
both
command -v sqlite3 >/dev/null || { skip "a large first import" "the sqlite3 command is not here"; exit 0; }

R=$(reg x)
data=$DIR/made/2013
indexes() { on_files && ask "$R" "SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY name" || ask "$R" "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'lucid' ORDER BY indexname"; }
households() { ask "$R" "SELECT count(*) FROM household"; }
"$LUCID" synth "$TOP/programmes/xiangxi" --seed 1 --scale 0.02 --out "$DIR/made" --quiet >/dev/null
"$LUCID" init "$TOP/programmes/xiangxi" "$R" --quiet >/dev/null
"$LUCID" round open "$R" 2013 --year 2013 --quiet >/dev/null
indexes >"$DIR/before"
ok "there are blind indexes" grep -q blind "$DIR/before"

# The write-ahead log, or the table, grows when rows go in: that is the moment.
among_rows() {
  if on_files; then [ "$(stat -c %s "$R-wal" 2>/dev/null || echo 0)" -ge 1000000 ]; else [ "$(ask "$R" "SELECT pg_relation_size('household')")" -ge 1000000 ]; fi
}
"$LUCID" import "$R" --data "$data" --quiet >/dev/null 2>&1 &
pid=$!
while kill -0 $pid 2>/dev/null && ! among_rows; do sleep 0.01; done
kill -9 $pid 2>/dev/null && hit=1 || hit=0
wait $pid 2>/dev/null
[ $hit = 1 ] && ok "killed among the rows, it has none" [ "$(households)" = 0 ] || skip "a kill among the rows" "the import was quicker"
indexes >"$DIR/killed"
ok "and every index" cmp -s "$DIR/before" "$DIR/killed"

run "$LUCID" import "$R" --data "$data" --quiet
ok "the import runs again" [ "$rc" = 0 ]
indexes >"$DIR/after"
ok "the indexes are the same as before" cmp -s "$DIR/before" "$DIR/after"
if on_files; then
  sqlite3 "$R" "PRAGMA integrity_check" >"$DIR/integrity"
  ok "and hold every row" [ "$(cat "$DIR/integrity")" = ok ]
fi
line=$(tail -1 "$data/家庭成员.csv")
household=$(echo "$line" | cut -d, -f1) number=$(echo "$line" | cut -d, -f4)
run "$LUCID" find "$R" "members.id_number=$number" --format csv --quiet
says "the last person is found by an identity number" "$household"
run "$LUCID" history "$R" "$household" --reveal
says "and their sealed fields open" "$number"
ok "a round is frozen by one connection" env LUCID_THREADS=1 "$LUCID" round close "$R" --quiet
run env LUCID_THREADS=2 "$LUCID" fsck "$R"
ok "fsck finds nothing, freezing it again by two" [ "$rc" = 0 ]
finish
