#!/bin/sh
# A first import large enough that the blind indexes are taken away and sorted at its end: they are all there afterwards, hold every
# row, and a kill in the middle leaves the registry with its indexes and without a row.
. "$(dirname "$0")/lib.sh"
command -v sqlite3 >/dev/null || { skip "a large first import" "the sqlite3 command is not here"; exit 0; }

reg=$DIR/x.lucid
data=$DIR/made/2013
indexes() { sqlite3 "$reg" "SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY name"; }
households() { sqlite3 "$reg" "SELECT count(*) FROM household"; }
"$LUCID" synth "$TOP/programmes/xiangxi" --seed 1 --scale 0.02 --out "$DIR/made" --quiet >/dev/null
"$LUCID" init "$TOP/programmes/xiangxi" "$reg" --quiet >/dev/null
"$LUCID" round open "$reg" 2013 --year 2013 --quiet >/dev/null
indexes >"$DIR/before"
ok "there are blind indexes" grep -q blind "$DIR/before"

# The write-ahead log grows when rows go in: that is the moment.
"$LUCID" import "$reg" --data "$data" --quiet >/dev/null 2>&1 &
pid=$!
while kill -0 $pid 2>/dev/null && [ "$(stat -c %s "$reg-wal" 2>/dev/null || echo 0)" -lt 1000000 ]; do sleep 0.01; done
kill -9 $pid 2>/dev/null && hit=1 || hit=0
wait $pid 2>/dev/null
[ $hit = 1 ] && ok "killed among the rows, it has none" [ "$(households)" = 0 ] || skip "a kill among the rows" "the import was quicker"
indexes >"$DIR/killed"
ok "and every index" cmp -s "$DIR/before" "$DIR/killed"

run "$LUCID" import "$reg" --data "$data" --quiet
ok "the import runs again" [ "$rc" = 0 ]
indexes >"$DIR/after"
ok "the indexes are the same as before" cmp -s "$DIR/before" "$DIR/after"
sqlite3 "$reg" "PRAGMA integrity_check" >"$DIR/integrity"
ok "and hold every row" [ "$(cat "$DIR/integrity")" = ok ]
line=$(tail -1 "$data/家庭成员.csv")
household=$(echo "$line" | cut -d, -f1) number=$(echo "$line" | cut -d, -f4)
run "$LUCID" find "$reg" "members.id_number=$number" --format csv --quiet
says "the last person is found by an identity number" "$household"
run "$LUCID" history "$reg" "$household" --reveal
says "and their sealed fields open" "$number"
run "$LUCID" fsck "$reg"
ok "fsck finds nothing" [ "$rc" = 0 ]
finish
