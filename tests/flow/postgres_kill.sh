#!/bin/sh
# A registry in PostgreSQL under blows: the program killed, its connection cut, the server stopped hard and started again, at random
# moments of imports, edits, round closes and changes of the key. What was acknowledged (exit code 0) must be there afterwards; what was refused must not;
# an import is there whole or not at all; fsck finds nothing. SEED=n plays another series; KILLS=n more or fewer.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/flow/village/village.sh"
if [ -z "${LUCID_TEST_PG:-}" ]; then
  "$TOP/tools/with-postgres" sh "$0"
  rc=$?
  [ $rc = 77 ] && { skip "blows to a registry in PostgreSQL" "PostgreSQL is not installed"; exit 0; }
  exit $rc
fi
SEED=${SEED:-2026} KILLS=${KILLS:-60} N=1500 U=$LUCID_TEST_PG
export XDG_DATA_HOME="$DIR/home"
sql() { PGOPTIONS='-c search_path=lucid' psql -qAtX -v ON_ERROR_STOP=1 "$U" -c "$1"; }
milliseconds() { date +%s%N | cut -c1-13; }
began=$(milliseconds)
village "$DIR"
{ "$LUCID" init "$DIR/programme" "$U" && "$LUCID" round open "$U" 2026; } >/dev/null 2>&1 || exit 1
people $N 0 "$DIR/programme/data"
"$LUCID" import "$U" --quiet >/dev/null || exit 1
people $N 1 "$DIR/programme/data" && begun=$(milliseconds) && "$LUCID" import "$U" --quiet >/dev/null
import_ms=$(($(milliseconds) - begun)) begun=$(milliseconds)
"$LUCID" round close "$U" 2026 --quiet >/dev/null
close_ms=$(($(milliseconds) - begun)) begun=$(milliseconds)
"$LUCID" round open "$U" r0 --year 2026 --quiet >/dev/null
"$LUCID" set "$U" H00001 note=n0 --quiet >/dev/null
set_ms=$((($(milliseconds) - begun) / 2)) begun=$(milliseconds)
"$LUCID" key rotate "$U" --quiet >/dev/null
key_ms=$(($(milliseconds) - begun)) key=$(sql "SELECT value FROM meta WHERE name = 'key_id'")
awk -v seed="$SEED" -v n="$KILLS" 'BEGIN { srand(seed); split("program connection server program connection crash", blow, " ")
  for (i = 1; i <= n; i++) { x = rand(); print i, (x < 0.5 ? "import" : x < 0.7 ? "set" : x < 0.85 ? "close" : "key"), blow[1 + int(rand() * 6)], rand() * 1.1, int(1 + rand() * 40) } }' >"$DIR/series"

round=r0 batch=1 imports=2 rounds_closed=1 bad= hit=0 done_anyway=0 doubts=0
: >"$DIR/notes"
echo "H00001 n0" >>"$DIR/notes"
wrong() { bad="$bad
blow $i ($blow during $what after $delay s, exit $rc): $* -- $(cat "$DIR/.err")"; }
note_of() { awk -v h="$1" '$1 == h { n = $2 } END { print n }' "$DIR/notes"; }

while read -r i what blow share h; do
  case $what in
  import) people $N $((i + 1)) "$DIR/programme/data"; set -- import "$U"; ms=$import_ms ;;
  set) h=$(printf 'H%05d' "$h"); set -- set "$U" "$h" "note=n$i"; ms=$set_ms ;;
  close) set -- round close "$U" "$round"; ms=$close_ms ;;
  key) set -- key rotate "$U"; ms=$key_ms ;;
  esac
  delay=$(awk -v s="$share" -v ms=$ms 'BEGIN { printf "%.3f", s * ms / 1000 }')
  "$LUCID" "$@" --quiet >"$DIR/.out" 2>"$DIR/.err" </dev/null &
  pid=$!
  sleep "$delay"
  case $blow in
  program) kill -9 $pid 2>/dev/null ;;
  connection) sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lucid'" >/dev/null 2>&1 ;;
  server) "$LUCID_TEST_PG_DIR/start" fast ;;
  crash) "$LUCID_TEST_PG_DIR/start" immediate ;;
  esac
  { wait $pid; rc=$?; } 2>/dev/null
  case $rc in
  0) done_anyway=$((done_anyway + 1)) ;;
  137) [ "$blow" = program ] && hit=$((hit + 1)) || wrong "killed by nobody" ;;
  7) hit=$((hit + 1))
    grep -q 'it is not known whether' "$DIR/.err" && doubts=$((doubts + 1)) ;;
  *) wrong "an unexpected answer" ;;
  esac

  state=$(sql "SELECT (SELECT count(*) FROM household), (SELECT count(*) FROM member), (SELECT min(f_batch) FROM household), (SELECT max(f_batch) FROM household),
    (SELECT count(*) FROM event WHERE kind = 'import'), (SELECT count(*) FROM round WHERE closed IS NOT NULL)" 2>>"$DIR/.err")
  IFS='|' read -r hh mm lowest highest events closed <<END
$state
END
  [ "$hh" = $N ] && [ "$mm" = $((2 * N)) ] || wrong "$hh households and $mm members"
  [ "$lowest" = "$highest" ] || wrong "half an import: batches $lowest to $highest"
  kept=no
  case $what in
  import) [ "$lowest" = $((i + 1)) ] && kept=yes batch=$((i + 1)) imports=$((imports + 1)) ;;
  set)
    seen=$(sql "SELECT f_note FROM household WHERE key = '$h'")
    if [ "$seen" = "n$i" ]; then kept=yes; echo "$h n$i" >>"$DIR/notes"; elif [ "$seen" != "$(note_of "$h")" ]; then wrong "the note of $h is $seen"; fi ;;
  key)
    seen=$(sql "SELECT value FROM meta WHERE name = 'key_id'")
    [ "$seen" != "$key" ] && kept=yes key=$seen
    "$LUCID" find "$U" phone=00CANARY00009 2>>"$DIR/.err" | grep -q H00009 || wrong "sealed fields are not found"
    if [ "$rc" != 0 ]; then # what was interrupted is finished, or done anew
      "$LUCID" key rotate "$U" --quiet >/dev/null 2>>"$DIR/.err" || wrong "the key cannot be changed"
      key=$(sql "SELECT value FROM meta WHERE name = 'key_id'")
    fi ;;
  close)
    if [ "$closed" = $((rounds_closed + 1)) ]; then
      kept=yes rounds_closed=$((rounds_closed + 1)) round=r$i
      "$LUCID" round open "$U" "$round" --year 2026 --quiet >/dev/null 2>>"$DIR/.err" || wrong "no new round can be opened"
    fi ;;
  esac
  if [ $rc = 0 ] && [ $kept = no ]; then wrong "an acknowledged $what is lost"; fi
  if [ $rc = 7 ] && [ $kept = yes ] && ! grep -q 'it is not known whether' "$DIR/.err"; then wrong "a $what that was called lost was kept"; fi
  [ "$lowest" = "$batch" ] || wrong "batch $lowest, not the acknowledged $batch"
  [ "$events" = $imports ] || wrong "$events import events, not $imports"
  [ "$closed" = $rounds_closed ] || wrong "$closed rounds closed, not $rounds_closed"
  if [ $((i % 10)) = 0 ] || [ "$i" = "$KILLS" ]; then "$LUCID" fsck "$U" >"$DIR/.out" 2>&1 || wrong "fsck: $(cat "$DIR/.out")"; fi
done <"$DIR/series"

rc= out=$bad errs=
echo "    $KILLS commands under blows: $hit failed, $done_anyway were done all the same, $doubts in doubt; $imports imports, $rounds_closed rounds, $(wc -l <"$DIR/notes") edits kept; $((($(milliseconds) - began) / 1000)) s"
ok "after each blow what was acknowledged is there, what was refused is not, and nothing is half done" test -z "$bad"
# When the answer to COMMIT is lost and no server is there to be asked, "it is not known" is the only honest word; it stays rare.
ok "hardly any answer is left in doubt" test $((doubts * 10)) -le "$KILLS"
ok "many commands were hit" test $((hit * 3)) -gt "$KILLS"
lost=
while read -r h n; do [ "$(sql "SELECT f_note FROM household WHERE key = '$h'")" = "$(note_of "$h")" ] || lost="$lost $h"; done <"$DIR/notes"
out=$lost
ok "at the end every acknowledged edit stands" test -z "$lost"
sound "at the end fsck finds nothing" "$U"
people $((N + 1)) 1000 "$DIR/programme/data"
ok "an import after all this works" run "$LUCID" import "$U" --quiet
"$LUCID" round close "$U" --quiet >/dev/null 2>&1
rc= errs= out=$(find "$XDG_DATA_HOME" \( -name '*stage*' -o -name 'tmp-*' \) -exec ls -ld {} +)
ok "... and clears away what the killed ones left" test -z "$out"
finish
