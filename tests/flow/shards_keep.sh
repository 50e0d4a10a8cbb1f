#!/bin/sh
# Keeping several servers: the first one is lost and its standby answers, then takes its place; homes move to a new server, killed on the way;
# what is part of a registry is never cleared away.
. "$(dirname "$0")/lib.sh"
if [ -z "${LUCID_TEST_PG_STANDBY:-}" ]; then
  "$TOP/tools/with-postgres" -n 2 -s "$0"
  rc=$?
  [ $rc = 77 ] || exit $rc
  skip "keeping several servers" "PostgreSQL is not installed"
  finish
fi
P=$TOP/tests/flow/three
S=$DIR/x.shards
B=$LUCID_TEST_PG_STANDBY
sql() { "$LUCID_TEST_PG_BIN/psql" -qAt -h "$1" -U lucid "${3:-lucid}" -c "SET search_path = lucid" -c "$2" 2>&1 | grep -v '^SET$'; }
caught_up() { for i in 1 2 3 4 5 6 7 8 9; do [ "$(sql "$B" "SELECT max(id) FROM event")" = "$(sql "$LUCID_TEST_PG_DIR" "SELECT max(id) FROM event")" ] && return; sleep 1; done; }
cat >"$S" <<JSON
{"shards": [
  {"name": "main", "url": "postgresql://lucid@/lucid?host=$LUCID_TEST_PG_DIR,$B", "homes": []},
  {"name": "east", "url": "$LUCID_TEST_PG_2", "homes": ["E"]}]}
JSON
run "$LUCID" init "$P" "$S"
run "$LUCID" round open "$S" 2016 --year 2016
run "$LUCID" import "$S" --data "$P/data"
run "$LUCID" round close "$S" 2016
run "$LUCID" identify "$S"
ok "a registry whose first shard has a standby" [ $rc = 0 ]
hashes=$(printf '%s\n' "$out" | grep hashes)

fails "a part of it is not taken for an empty database" 5 "a part of a registry over several servers" "$LUCID" init "$P" "$LUCID_TEST_PG_2"
ok "and keeps its people" [ "$(sql "$LUCID_TEST_PG_DIR_2" "SELECT count(*) FROM household")" = 3 ]

# homes go to a server that is added, and the move is killed on the way
sed -i "s|}]}|}, {\"name\": \"north\", \"url\": \"$(echo "$LUCID_TEST_PG_2" | sed 's/lucid?/lucid2?/')\", \"homes\": []}]}|" "$S"
for wait in 0.02 0.05 0.08 0.12 0.2 0.3; do
  "$LUCID" shards "$S" --move E --move W --to north --quiet >/dev/null 2>&1 &
  pid=$!
  sleep $wait
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
  run "$LUCID" fsck "$S"
  [ $rc = 0 ] || fail "killed after $wait seconds all is whole"
done
run "$LUCID" shards "$S" --move E --move W --to north
ok "two homes move to a new server, after six kills" [ $rc = 0 -o $rc = 5 ]
fails "and not twice" 5 "lies in shard north already" "$LUCID" shards "$S" --move E --move W --to north
ok "their people are there" [ "$(sql "$LUCID_TEST_PG_DIR_2" "SELECT count(*) FROM household" lucid2)" = 5 ]
ok "and only there" [ "$(sql "$LUCID_TEST_PG_DIR_2" "SELECT count(*) FROM household")$(sql "$LUCID_TEST_PG_DIR" "SELECT count(*) FROM household")" = 01 ]
run "$LUCID" fsck "$S"
ok "all is whole" [ $rc = 0 ]

# the first shard is lost
caught_up
"$LUCID_TEST_PG_DIR/stop"
run "$LUCID" history "$S" E001
ok "a household of another county is shown, with an exit code of its own" [ $rc = 15 ]
says "and it is said who answers" "PARTIAL: shard main is read from its standby"
run "$LUCID" status "$S"
ok "so is what there is" [ $rc = 15 ]
run "$LUCID" find "$S" members.idno=W11
says "so are sealed values" "W001"
run "$LUCID" identify "$S" --dry-run
says "and decisions on a closed round" "$hashes"
fails "nothing is written meanwhile, and that is said" 7 "only a standby is there" "$LUCID" set "$S" E001 toilet=true
"$B/promote"
run "$LUCID" round open "$S" 2017 --year 2017
ok "when the standby has taken its place, work goes on" [ $rc = 0 ]
run "$LUCID" set "$S" E001 toilet=true
ok "in every county" [ $rc = 0 ]
run "$LUCID" fsck "$S"
ok "and all is whole" [ $rc = 0 ]
"$B/stop"
fails "without both it is said what the first shard is, and what to do" 7 "the first shard holds programme, log and keys" "$LUCID" status "$S"
run "$LUCID" identify --snapshot "$(ls -d "$S".snapshots/????????????????*)" --programme "$P" --brief
ok "a closed round's snapshot can be decided on without any server" [ $rc = 0 ]
finish
