#!/bin/sh
# People and households that go to another county, over three servers and in one file: two events, the same hashes; half done with a server
# away; and the verbs that know nothing of servers.
. "$(dirname "$0")/lib.sh"
if [ -z "${LUCID_TEST_PG_3:-}" ]; then
  "$TOP/tools/with-postgres" -n 3 "$0"
  rc=$?
  [ $rc = 77 ] || exit $rc
  skip "transfers over three servers" "PostgreSQL is not installed"
  finish
fi
P=$TOP/tests/flow/three
S=$DIR/x.shards
ONE=$DIR/one.lucid
sql() { "$LUCID_TEST_PG_BIN/psql" -qAt -h "$1" -U lucid "${3:-lucid}" -c "SET search_path = lucid" -c "$2" 2>&1 | grep -v '^SET$'; }
cat >"$S" <<JSON
{"shards": [
  {"name": "main", "url": "$LUCID_TEST_PG", "homes": ["M"]},
  {"name": "east", "url": "$LUCID_TEST_PG_2", "homes": ["E"]},
  {"name": "west", "url": "$LUCID_TEST_PG_3", "homes": ["W"]}]}
JSON
for r in "$ONE" "$S"; do
  run "$LUCID" init "$P" "$r"
  run "$LUCID" round open "$r" 2016 --year 2016
  run "$LUCID" import "$r" --data "$P/data"
  ok "an import goes in: ${r##*/}" [ $rc = 0 ]
done
east=E001 east2=E002 east3=E003 west=W001 member=3 village=W1
on="--on 2016-06-01 --evidence card"

for r in "$ONE" "$S"; do
  x=${r##*/}
  run "$LUCID" change marry "$r" "$east" --member "$member" --into "$west" $on
  ok "somebody marries into a household on another server: $x" [ $rc = 0 ]
  says "by two events: $x" "left one county and arrived in the other"
  run "$LUCID" change move "$r" "$east2" "place=$village" $on
  run "$LUCID" change transfer "$r" "$east2" $on
  ok "a household's file goes to the county where it lives now: $x" [ $rc = 0 ]
  run "$LUCID" history "$r" "$east2" --format csv
  says "its history of before is found from there: $x" ",import,"
  says "and says where it came from: $x" "transfer: from household $east2"
  run "$LUCID" change merge "$r" "$east3" --into "$west" $on
  ok "a household becomes part of one on another server: $x" [ $rc = 0 ]
  run "$LUCID" undo "$r"
  says "and is there again, both events taken back: $x" "they are back where they were"
  run "$LUCID" import "$r" --data "$P/data"
  ok "an older file does not bring anybody back: $x" [ $rc = 0 ]
  run "$LUCID" round close "$r" 2016
  run "$LUCID" identify "$r"
  printf '%s\n' "$out" | grep hashes >"$DIR/hashes-$x"
  run "$LUCID" fsck "$r"
  ok "all is whole: $x" [ $rc = 0 ]
done
run cmp "$DIR/hashes-one.lucid" "$DIR/hashes-x.shards"
ok "one file and three servers have the same snapshot and decisions after it" [ $rc = 0 ]
ok "the household lies in the west" [ "$(sql "$LUCID_TEST_PG_DIR_3" "SELECT count(*) FROM household WHERE key = '$east2'")" = 1 ]
ok "and no longer in the east, but for its history" [ "$(sql "$LUCID_TEST_PG_DIR_2" "SELECT (SELECT count(*) FROM household WHERE key = '$east2') || ' ' || (SELECT count(*) > 0 FROM household_history WHERE key = '$east2')")" = "0 true" ]

# half done, with a server away
run "$LUCID" round open "$S" 2017 --year 2017
before=$(sql "$LUCID_TEST_PG_DIR" "SELECT max(id) FROM event")
"$LUCID_TEST_PG_DIR_3/stop"
fails "nobody leaves for a county that is not there" 7 "shard west" "$LUCID" change marry "$S" "$east" --member 1 --into "$west" $on
ok "and nothing of it is written" [ "$(sql "$LUCID_TEST_PG_DIR" "SELECT max(id) FROM event")" = "$before" ]
run "$LUCID" change birth "$S" "$east" age=0 $on
ok "a birth in another county is recorded meanwhile" [ $rc = 0 ]
run "$LUCID" undo "$S"
ok "and taken back" [ $rc = 0 ]
run "$LUCID" history "$S" "$east"
ok "a history does not need it" [ $rc = 0 ]
"$LUCID_TEST_PG_DIR_3/start"
run "$LUCID" change marry "$S" "$east" --member 1 --into "$west" $on
ok "then somebody leaves for it" [ $rc = 0 ]
left=$(sql "$LUCID_TEST_PG_DIR" "SELECT max(id) - 1 FROM event")
run "$LUCID" undo "$S"
run "$LUCID" undo "$S" "$(sql "$LUCID_TEST_PG_DIR" "SELECT max(id) FROM event")" # they leave again, and are on the way
ok "the first half alone can be done again" [ $rc = 0 ]
fails "who is on the way is listed" 1 "$left,marry,$east,$west,1,2016-06-01,card" "$LUCID" transfer "$S" --format csv
fails "no round closes over it" 5 "1 transfer is half done" "$LUCID" round close "$S" 2017
run "$LUCID" fsck "$S"
says "fsck names it, and how to finish" "a transfer is half done: by event $left"
run "$LUCID" status "$S"
says "so does status" "half done: 1"
"$LUCID_TEST_PG_DIR_3/stop"
fails "while the other county's server is away it stays half done, and says why" 7 "shard west" "$LUCID" transfer "$S" --finish
fails "and is still listed" 1 "$left,marry" "$LUCID" transfer "$S" --format csv
"$LUCID_TEST_PG_DIR_3/start"
"$LUCID_TEST_PG_DIR_2/stop"
fails "so it does while the county they left is away" 7 "shard east" "$LUCID" transfer "$S" --finish
run "$LUCID" history "$S" "$east2"
ok "a history is shown without its older part, with an exit code of its own" [ $rc = 15 ]
says "and says so" "PARTIAL: shard east is not reachable"
"$LUCID_TEST_PG_DIR_2/start"
run "$LUCID" change marry "$S" "$east" --member 1 --into "$west" $on
says "the same command again finishes it" "have arrived now"
run "$LUCID" transfer "$S" --format csv
ok "then nobody is on the way" [ $rc = 0 ]
fails "and once more it finds nobody to take" 4 "has no member \"1\"" "$LUCID" change marry "$S" "$east" --member 1 --into "$west" $on
run "$LUCID" undo "$S"
ok "it is taken back" [ $rc = 0 ]
"$LUCID_TEST_PG_DIR_3/stop"
run "$LUCID" set "$S" "$east" toilet=true
"$LUCID_TEST_PG_DIR_2/stop"
fails "an undo that needs a server that is away undoes nothing" 7 "shard east" "$LUCID" undo "$S"
"$LUCID_TEST_PG_DIR_2/start"
"$LUCID_TEST_PG_DIR_3/start"
run "$LUCID" undo "$S"
ok "and all of it when it is there" [ $rc = 0 ]

# verbs that know nothing of servers, over three of them and in the file
run "$LUCID" round open "$ONE" 2017 --year 2017
run "$LUCID" change birth "$ONE" "$east" age=0 $on # as above: a number once given is not given again
run "$LUCID" undo "$ONE"
for r in "$ONE" "$S"; do
  x=${r##*/}
  run "$LUCID" import "$r" --data "$P/data"
  run "$LUCID" round close "$r" 2017
  run "$LUCID" sheet "$r" --village W --out "$DIR/sheet-$x.csv"
  ok "sheets for a year's visits are made: $x" [ $rc = 0 ]
  run "$LUCID" round correct "$r" 2017 --reason "a list came late"
  run "$LUCID" set "$r" "$west" toilet=true
  run "$LUCID" round close "$r"
  ok "a closed round is corrected: $x" [ $rc = 0 ]
  run "$LUCID" identify "$r" --round 2017.1
  printf '%s\n' "$out" | grep hashes >"$DIR/hashes-$x"
done
run cmp "$DIR/sheet-one.lucid.csv" "$DIR/sheet-x.shards.csv"
ok "the sheets are the same" [ $rc = 0 ]
run cmp "$DIR/hashes-one.lucid" "$DIR/hashes-x.shards"
ok "so is the correction" [ $rc = 0 ]
run "$LUCID" round open "$S" 2018 --year 2018
run "$LUCID" sheet "$S" --take "$DIR/sheet-x.shards.csv"
ok "sheets are taken back" [ $rc = 0 ]
run "$LUCID" change move "$S" "$east3" place=M1 $on
run "$LUCID" change transfer "$S" "$east3" $on
run "$LUCID" round close "$S" 2018
run "$LUCID" diff "$S" --round 2017.1 --round 2018 --format csv
ok "who compares two rounds meets a household that was transferred once" [ $rc = 0 -a -z "$(printf '%s\n' "$out" | grep "$east3,.*not registered")" ]
run "$LUCID" round open "$S" 2019 --year 2019
run "$LUCID" erase "$S" "$east2" --confirm "$east2"
ok "a household that was transferred is erased" [ $rc = 0 ]
run "$LUCID" history "$S" "$east2" --reveal --format csv
says "in both its places" "erased"

# a server is killed in the middle of it, one after the other, at one moment after the other
n=0
for wait in 0.05 0.1 0.15 0.2 0.3 0.4; do
  n=$((n + 1))
  case $((n % 3)) in 0) server=$LUCID_TEST_PG_DIR ;; 1) server=$LUCID_TEST_PG_DIR_2 ;; 2) server=$LUCID_TEST_PG_DIR_3 ;; esac
  "$LUCID" change marry "$S" "$east" --member 2 --into "$west" --on "2016-07-0$n" --evidence card --quiet >/dev/null 2>&1 &
  pid=$!
  sleep $wait
  "$server/stop"
  wait $pid
  "$server/start"
  run "$LUCID" transfer "$S" --finish
  [ $rc = 0 ] || fail "what a stopped server left half done is finished ($wait)"
  run "$LUCID" find "$S" members.idno=E12 --format csv
  case $out in
  *"$west"*"$east"* | *"$east"*"$west"*) fail "nobody is in two places ($wait)" ;;
  *"$west"*) run "$LUCID" undo "$S"; [ $rc = 0 ] || fail "it is taken back ($wait)" ;;
  *"$east"*) ;;
  *) fail "nobody is lost ($wait)" ;;
  esac
done
run "$LUCID" fsck "$S"
ok "after six stopped servers all is whole" [ $rc = 0 ]
says "and everybody is where they were" "whole"
run "$LUCID" key rotate "$S"
ok "the key is changed" [ $rc = 0 ]
run "$LUCID" backup "$S" "$DIR/backup.lucid"
ok "a backup is made" [ $rc = 0 ]
cp "$S.key" "$DIR/backup.lucid.key"
sed "s|/lucid?|/lucid2?|" "$S" >"$DIR/again.shards"
run "$LUCID" restore "$DIR/backup.lucid" "$DIR/again.shards"
ok "and goes back over three servers" [ $rc = 0 ]
ok "each county where it belongs" [ "$(sql "$LUCID_TEST_PG_DIR_3" "SELECT count(*) FROM household" lucid2)" = "$(sql "$LUCID_TEST_PG_DIR_3" "SELECT count(*) FROM household")" ]
cp "$S.key" "$DIR/again.shards.key"
run "$LUCID" fsck "$DIR/again.shards"
ok "all is whole there" [ $rc = 0 ]
run "$LUCID" fsck "$S"
ok "and here" [ $rc = 0 ]
finish
