#!/bin/sh
# One registry over three PostgreSQL servers: the same hashes as in one file, a server that is down, homes that move, and changes that are
# killed half way.
. "$(dirname "$0")/lib.sh"
if [ -z "${LUCID_TEST_PG_3:-}" ]; then
  "$TOP/tools/with-postgres" -n 3 "$0"
  rc=$?
  [ $rc = 77 ] || exit $rc
  skip "a registry over three servers" "PostgreSQL is not installed"
  finish
fi
P=$TOP/programmes/xiangxi
S=$DIR/x.shards
sql() { "$LUCID_TEST_PG_BIN/psql" -qAt -h "$1" -U lucid "${3:-lucid}" -c "SET search_path = lucid" -c "$2" 2>&1 | grep -v '^SET$'; }
cat >"$S" <<JSON
{"shards": [
  {"name": "main", "url": "$LUCID_TEST_PG", "homes": ["433101"]},
  {"name": "east", "url": "$LUCID_TEST_PG_2", "homes": ["433122", "433123", "433124", "433125"]},
  {"name": "west", "url": "$LUCID_TEST_PG_3", "homes": ["433126", "433127", "433130"]}]}
JSON
run "$LUCID" synth "$P" --seed 3 --scale 0.02 --out "$DIR/made"

for r in "$DIR/one.lucid" "$S"; do
  run "$LUCID" init "$P" "$r"
  ok "a registry is made: ${r##*/}" [ $rc = 0 ]
  run "$LUCID" round open "$r" 2016 --year 2016
  run "$LUCID" import "$r" --data "$DIR/made/2016"
  ok "an import goes in whole" [ $rc = 0 ]
  run "$LUCID" round close "$r" 2016
  run "$LUCID" identify "$r"
  printf '%s\n' "$out" | grep hashes >"$DIR/hashes-${r##*/}"
done
run cmp "$DIR/hashes-one.lucid" "$DIR/hashes-x.shards"
ok "three servers and one file give the same snapshot and the same decisions" [ $rc = 0 ]
east=$(sql "$LUCID_TEST_PG_DIR_2" "SELECT count(*) > 0 AND min(home) >= 4 AND max(home) <= 7 FROM household")
ok "people of the east lie in the east" [ "$east" = t ]
run sql "$LUCID_TEST_PG_DIR_2" "UPDATE household SET home = 9"
says "a row of another's home is refused by the table itself" "household_homes"
run "$LUCID" fsck "$S"
ok "all is whole" [ $rc = 0 ]

# back into one file, row by row
run "$LUCID" copy "$S" "$DIR/back.lucid"
ok "the registry goes back into one file" [ $rc = 0 ]
cp "$S.key" "$DIR/back.lucid.key"
run "$LUCID" identify "$DIR/back.lucid"
says "with the same hashes" "$(cat "$DIR/hashes-one.lucid")"

# a home moves to a new server
sed -i "s|}]}|}, {\"name\": \"north\", \"url\": \"$(echo "$LUCID_TEST_PG_3" | sed 's/lucid?/lucid2?/')\", \"homes\": []}]}|" "$S"
fails "a shard that is not there is refused" 4 "there is no shard south" "$LUCID" shards "$S" --move 433124 --to south
fails "what is no home is refused" 4 "is not the code of a home" "$LUCID" shards "$S" --move 999 --to north
run "$LUCID" shards "$S" --move 433124 --to north
ok "a home moves to a server that was added" [ $rc = 0 ]
ok "its rows are there" [ "$(sql "$LUCID_TEST_PG_DIR_3" "SELECT count(*) > 0 FROM household WHERE home = 6" lucid2)" = t ]
ok "and no longer where they were" [ "$(sql "$LUCID_TEST_PG_DIR_2" "SELECT count(*) FROM household WHERE home = 6")" = 0 ]
run "$LUCID" shards "$S" --format csv
says "the list says so" "north,reachable,433124"
fails "it is not moved twice" 5 "lies in shard north already" "$LUCID" shards "$S" --move 433124 --to north
rm -rf "$S.snapshots"
run "$LUCID" identify "$S"
says "the snapshot made anew is the same" "$(cat "$DIR/hashes-one.lucid")"

# killed half way
run "$LUCID" round open "$S" 2018 --year 2018
before=$(sql "$LUCID_TEST_PG_DIR" "SELECT max(id) FROM event")
for wait in 0.3 0.6 0.9 1.2 1.6 2.0; do
  "$LUCID" import "$S" --data "$DIR/made/2018" --quiet >/dev/null 2>&1 &
  pid=$!
  sleep $wait
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
done
run "$LUCID" fsck "$S"
ok "after six kills all is whole" [ $rc = 0 ]
run "$LUCID" import "$S" --data "$DIR/made/2018"
ok "the import goes in after them" [ $rc = 0 ]
run "$LUCID" fsck "$S"
ok "and all is whole" [ $rc = 0 ]
for d in "$LUCID_TEST_PG_DIR" "$LUCID_TEST_PG_DIR_2" "$LUCID_TEST_PG_DIR_3"; do
  ok "nothing is left half done" [ "$(sql "$d" "SELECT count(*) FROM pg_prepared_xacts")" = 0 ]
done

# the two halves of a change, cut apart by hand
half() { sql "$LUCID_TEST_PG_DIR_2" "BEGIN; UPDATE household SET valid_from = valid_from WHERE id = (SELECT min(id) FROM household); PREPARE TRANSACTION 'lucid_$1_1'"; }
half 0000aaaa >/dev/null
household=$(sql "$LUCID_TEST_PG_DIR_2" "SELECT key FROM household ORDER BY id LIMIT 1")
run "$LUCID" set "$S" "$household" toilet=true
ok "what was never decided is rolled back by the next writer" [ "$(sql "$LUCID_TEST_PG_DIR_2" "SELECT count(*) FROM pg_prepared_xacts")" = 0 ]
half 0000bbbb >/dev/null
sql "$LUCID_TEST_PG_DIR" "INSERT INTO shard_commit VALUES ('lucid_0000bbbb_1')" >/dev/null
run "$LUCID" set "$S" "$household" toilet=false
ok "what was decided is finished by whoever comes next" [ "$(sql "$LUCID_TEST_PG_DIR_2" "SELECT count(*) FROM pg_prepared_xacts")" = 0 ]

half 0000cccc >/dev/null
sql "$LUCID_TEST_PG_DIR" "INSERT INTO shard_commit VALUES ('lucid_0000cccc_1')" >/dev/null
run "$LUCID" status "$S"
ok "also by a reader" [ "$rc $(sql "$LUCID_TEST_PG_DIR_2" "SELECT count(*) FROM pg_prepared_xacts")" = "0 0" ]

# verbs that know nothing of servers
run "$LUCID" change birth "$S" "$household" birth=2018-05-01 sex=female relation=daughter --on 2018-05-01 --evidence card
ok "a birth is recorded where the household lies" [ $rc = 0 ]
run "$LUCID" undo "$S"
ok "and taken back" [ $rc = 0 ]
run "$LUCID" key rotate "$S"
ok "the key is changed on all of them" [ $rc = 0 ]
run "$LUCID" backup "$S" "$DIR/backup.lucid"
ok "a backup is one file" [ $rc = 0 ]
run "$LUCID" fsck "$S"
ok "and all is still whole" [ $rc = 0 ]

# a server is down
"$LUCID_TEST_PG_DIR_2/stop"
run "$LUCID" status "$S"
ok "the rest is shown, with an exit code of its own" [ $rc = 15 ]
says "and it is said what is missing" "PARTIAL: shard east is not reachable"
run "$LUCID" identify "$S" --round 2016
says "decisions on a closed round need no server" "$(cat "$DIR/hashes-one.lucid")"
fails "a round does not close without a server whose counties changed, and they are named" 7 "the data of 433122 433123 433125 cannot be read: shard east" "$LUCID" round close "$S" 2018
mv "$S.snapshots" "$DIR/aside"
run "$LUCID" identify "$S" --round 2016
ok "without the snapshot's files the other counties are decided, with that exit code" [ $rc = 15 ]
says "what is missing is named, and nothing is recorded" "PARTIAL: shard east is not reachable; its counties are not decided"
part=$(printf '%s\n' "$out" | grep hashes)
ok "under other hashes" [ -n "$part" ] && [ "$part" != "$(cat "$DIR/hashes-one.lucid")" ]
fails "nobody calls that the round's data" 7 "shard east" "$LUCID" export "$S" --round 2016 --format csv --out "$DIR/part"
rm -rf "$S.snapshots"; mv "$DIR/aside" "$S.snapshots"
fails "nobody says that a household is not there without having asked" 7 "shard east" "$LUCID" history "$S" no-such-household
fails "fsck does not call a part whole" 7 "shard east" "$LUCID" fsck "$S"
west=$(sql "$LUCID_TEST_PG_DIR_3" "SELECT key FROM household ORDER BY id LIMIT 1")
run "$LUCID" set "$S" "$west" toilet=true
ok "work in other counties goes on" [ $rc = 0 ]
fails "work in its own counties stops, and says why" 7 "shard east" "$LUCID" set "$S" "$household" toilet=true
"$LUCID_TEST_PG_DIR_2/start"
run "$LUCID" fsck "$S"
ok "when it is back nothing is lost" [ $rc = 0 ]
run "$LUCID" round close "$S" 2018
ok "and the round closes" [ $rc = 0 ]

# a county that nothing touched needs no server
run "$LUCID" round open "$S" 2019 --year 2019
run "$LUCID" set "$S" "$west" toilet=false
"$LUCID_TEST_PG_DIR_2/stop"
run "$LUCID" round close "$S" 2019
ok "a round closes without a server whose counties did not change since the last one" [ $rc = 0 ]
"$LUCID_TEST_PG_DIR_2/start"
rm -rf "$S.snapshots"
run "$LUCID" identify "$S"
ok "made anew with that server, its snapshot is the same" [ $rc = 0 ]
run "$LUCID" fsck "$S"
ok "and all is whole after it" [ $rc = 0 ]

# files that are not in order
printf '{"shards": []}' >"$DIR/a.shards"
fails "a file without shards is refused" 3 "no shards" "$LUCID" init "$P" "$DIR/a.shards"
printf '{"shards": [{"name": "a", "url": "postgresql:///x", "homes": ["1"]}, {"name": "b", "url": "postgresql:///y", "homes": ["1"]}]}' >"$DIR/b.shards"
fails "a home in two shards is refused" 3 "stands twice" "$LUCID" init "$P" --shards "$DIR/b.shards"
printf '{"shards": [' >"$DIR/c.shards"
fails "a broken file is refused with its line" 3 "c.shards:1" "$LUCID" status "$DIR/c.shards"
fails "a registry in one place has no shards" 2 "lies in one place" "$LUCID" shards "$DIR/one.lucid"
finish
