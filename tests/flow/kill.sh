#!/bin/sh
# kill -9, a hundred times, at random moments of imports, edits and round closes. A client keeps its own list of what was
# acknowledged (exit code 0 seen): all of it must be there afterwards, an import is there whole or not at all, a closed round
# has its snapshot, and fsck finds nothing. SEED=n plays another series; KILLS=n more or fewer.
# On a file; postgres_kill.sh does the same to a database and its server.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/flow/village/village.sh"
command -v sqlite3 >/dev/null || { skip "kill -9" "the sqlite3 command is not here"; exit 0; }

SEED=${SEED:-2026} KILLS=${KILLS:-100} N=2500
reg=$DIR/x.lucid
registry "$DIR" || exit 1
people $N 0 "$DIR/programme/data"
"$LUCID" import "$reg" --quiet >/dev/null || exit 1

milliseconds() { date +%s%N | cut -c1-13; }
began=$(milliseconds)
people $N 1 "$DIR/programme/data" && begun=$(milliseconds) && "$LUCID" import "$reg" --quiet >/dev/null
import_ms=$(($(milliseconds) - begun)) begun=$(milliseconds)
"$LUCID" round close "$reg" 2026 --quiet >/dev/null
close_ms=$(($(milliseconds) - begun)) begun=$(milliseconds)
"$LUCID" round open "$reg" r0 --year 2026 --quiet >/dev/null
"$LUCID" set "$reg" H00001 note=n0 --quiet >/dev/null
set_ms=$((($(milliseconds) - begun) / 2))

# The series: what is killed, and after which share of the time that it takes.
awk -v seed="$SEED" -v n="$KILLS" 'BEGIN { srand(seed); for (i = 1; i <= n; i++) { x = rand(); print i, (x < 0.5 ? "import" : x < 0.75 ? "set" : "close"), rand() * 1.15, int(1 + rand() * 40) } }' >"$DIR/series"

batch=1 round=r0 rounds_closed=1 imports=2
: >"$DIR/notes" # the client's list: household, note
echo "H00001 n0" >>"$DIR/notes"
killed=0 finished=0 bad=
wrong() { bad="$bad
kill $i ($what after $delay s): $*"; }
note_of() { awk -v h="$1" '$1 == h { n = $2 } END { print n }' "$DIR/notes"; }

while read -r i what share h; do
  case $what in
  import) people $N $((i + 1)) "$DIR/programme/data"; set -- import "$reg"; ms=$import_ms ;;
  set) h=$(printf 'H%05d' "$h"); set -- set "$reg" "$h" "note=n$i"; ms=$set_ms ;;
  close) set -- round close "$reg" "$round"; ms=$close_ms ;;
  esac
  delay=$(awk -v s="$share" -v ms=$ms 'BEGIN { printf "%.3f", s * ms / 1000 }')
  "$LUCID" "$@" --quiet >"$DIR/.out" 2>"$DIR/.err" </dev/null &
  pid=$!
  sleep "$delay"
  kill -9 $pid 2>/dev/null
  { wait $pid; rc=$?; } 2>/dev/null
  # The machine's pace changes: who was faster is given less time, who was killed a little more.
  if [ $rc = 0 ]; then ms=$((ms * 4 / 5 + 1)); else ms=$((ms * 21 / 20 + 1)); fi
  case $what in import) import_ms=$ms ;; set) set_ms=$ms ;; close) close_ms=$ms ;; esac
  case $rc in 0) finished=$((finished + 1)) ;; 137) killed=$((killed + 1)) ;; *) wrong "exit $rc: $(cat "$DIR/.err")" ;; esac

  state=$(ask "$reg" "SELECT (SELECT count(*) FROM household), (SELECT count(*) FROM member), (SELECT min(f_batch) FROM household), (SELECT max(f_batch) FROM household),
    (SELECT count(*) FROM event WHERE kind = 'import'), (SELECT count(*) FROM round WHERE closed IS NOT NULL)")
  IFS='|' read -r hh mm lowest highest events closed <<END
$state
END
  [ "$hh" = $N ] && [ "$mm" = $((2 * N)) ] || wrong "$hh households and $mm members"
  [ "$lowest" = "$highest" ] || wrong "half an import: batches $lowest to $highest"
  case $what in
  import)
    if [ "$lowest" = $((i + 1)) ]; then batch=$((i + 1)) imports=$((imports + 1)); elif [ $rc = 0 ]; then wrong "an acknowledged import is lost"; fi ;;
  set)
    seen=$(ask "$reg" "SELECT f_note FROM household WHERE key = '$h'")
    if [ "$seen" = "n$i" ]; then echo "$h n$i" >>"$DIR/notes"
    elif [ $rc = 0 ]; then wrong "an acknowledged edit is lost"
    elif [ "$seen" != "$(note_of "$h")" ]; then wrong "the note of $h is $seen"; fi ;;
  close)
    if [ "$closed" = $((rounds_closed + 1)) ]; then
      rounds_closed=$((rounds_closed + 1)) round=r$i
      "$LUCID" round open "$reg" "$round" --year 2026 --quiet >/dev/null 2>"$DIR/.err" || wrong "no new round can be opened: $(cat "$DIR/.err")"
    elif [ $rc = 0 ]; then wrong "an acknowledged close is lost"; fi ;;
  esac
  [ "$lowest" = "$batch" ] || wrong "batch $lowest, not the acknowledged $batch"
  [ "$events" = $imports ] || wrong "$events import events, not $imports"
  [ "$closed" = $rounds_closed ] || wrong "$closed rounds closed, not $rounds_closed"
  if [ $((i % 5)) = 0 ] || [ "$i" = "$KILLS" ]; then "$LUCID" fsck "$reg" >"$DIR/.out" 2>&1 || wrong "fsck: $(cat "$DIR/.out")"; fi
done <"$DIR/series"

rc= out="$bad" errs=
echo "    $KILLS commands: $killed killed at random moments, $finished were faster; $imports imports, $rounds_closed rounds, $(($(wc -l <"$DIR/notes"))) edits kept; $((($(milliseconds) - began) / 1000)) s"
ok "after each kill what was acknowledged is there and nothing is half done" [ -z "$bad" ]
ok "enough of them were killed, not waited for" test $((killed * 3)) -gt "$KILLS"
lost=
while read -r h n; do [ "$(ask "$reg" "SELECT f_note FROM household WHERE key = '$h'")" = "$(note_of "$h")" ] || lost="$lost $h"; done <"$DIR/notes"
out=$lost
ok "at the end every acknowledged edit stands" [ -z "$lost" ]
sound "at the end fsck finds nothing" "$reg"
bad=
for hash in $(ask "$reg" "SELECT snapshot FROM round WHERE closed IS NOT NULL"); do [ -s "$DIR/x.snapshots/$hash/manifest.json" ] || bad="$bad $hash"; done
out=$bad
ok "every closed round has its snapshot" [ -z "$bad" ]
people $((N + 1)) 1000 "$DIR/programme/data"
ok "an import after all this works" run "$LUCID" import "$reg" --quiet
"$LUCID" round close "$reg" --quiet >/dev/null 2>&1
rc= errs= out=$(find "$DIR" -maxdepth 2 \( -name '*stage*' -o -name 'tmp-*' -o -name '*-writer' \) -exec ls -ld {} +)
ok "... and clears away what the killed ones left" [ -z "$out" ]
finish
