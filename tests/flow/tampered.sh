#!/bin/sh
# What a registry can suffer on either engine: rows, events and snapshot files that somebody changed by other means, and two imports at once.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/flow/village/village.sh"
both

# ---- rows changed by other means ----

H=$(reg h)
registry "$DIR/h" 30 "$H" && "$LUCID" round close "$H" --quiet >/dev/null
ask "$H" "UPDATE household SET f_income = f_income + 1 WHERE key = 'H00003'; UPDATE member SET f_age = 9 WHERE household = (SELECT id FROM household WHERE key = 'H00005') AND id = 2;
  DELETE FROM member WHERE household = (SELECT id FROM household WHERE key = 'H00007') AND id = 1"
fails "a value changed by other means is named, with its field" 11 "household H00003: income" "$LUCID" fsck "$H"
says "... a member's too" "household H00005, members 2: age"
says "... and a member that is gone" "household H00007: how many in its list members"
case $out in *H00004*) fail "... and nobody else" ;; *) pass "... and nobody else" ;; esac

d=$(reg d)
registry "$DIR/data" 400 "$d"
E=$(twin edited d)
ask "$E" "UPDATE household SET f_income = 1 WHERE key = 'H00007'"
fails "a row changed behind Lucid's back is found out" 11 "the rows of event 3 are not those it wrote" "$LUCID" fsck "$E"
E=$(twin edited d)
ask "$E" "UPDATE event SET actor = 'somebody else' WHERE id = 2"
fails "an event changed behind Lucid's back is found out" 11 "event 2" "$LUCID" fsck "$E"

# ---- snapshots ----

"$LUCID" round close "$d" 2026 >/dev/null
snap=$(ask "$d" "SELECT snapshot FROM round WHERE name = '2026'")
folder=$(snapshots_of d)/$snap
segment=$(find "$folder" -type f ! -name manifest.json | head -1)
mkdir "$DIR/d" && cp -r "$folder" "$DIR/d/kept"
printf 'X' | dd of="$segment" bs=1 seek=$(($(wc -c <"$segment") / 2)) conv=notrunc 2>/dev/null
fails "a damaged segment is refused by name" 11 "$(basename "$segment")" "$LUCID" identify "$d"
says "... and says what to do" "HINT"
fails "fsck sees it too" 11 "$(basename "$segment")" "$LUCID" fsck "$d"
rm -rf "$folder"
ok "a lost snapshot is made again" run "$LUCID" identify "$d"
ok "... with the same bytes" diff -r "$folder" "$DIR/d/kept"
: >"$folder/manifest.json"
fails "an empty manifest is refused" 11 "manifest" "$LUCID" identify "$d"
rm -f "$segment"; cp "$DIR/d/kept/manifest.json" "$folder/"
run "$LUCID" identify "$d"
ok "a missing segment is made again or refused by name" [ "$rc" = 0 -o "$rc" = 11 ]
rm -rf "$folder"
sound "the registry itself is sound" "$d"

# ---- two imports at once ----

two=$(reg two)
registry "$DIR/two" 200 "$two"
people 3000 3 "$DIR/two/a"; people 3000 4 "$DIR/two/b"
"$LUCID" import "$two" --data "$DIR/two/a" --quiet >/dev/null 2>"$DIR/a.err" & a=$!
"$LUCID" import "$two" --data "$DIR/two/b" --quiet >/dev/null 2>"$DIR/b.err" & b=$!
wait $a; rca=$?
wait $b; rcb=$?
rc="$rca and $rcb" out= errs=$(cat "$DIR/a.err" "$DIR/b.err")
ok "two imports at once are one after the other, or one is told to wait" [ $rca = 0 -o $rcb = 0 ]
ok "... and the last one's rows stand, all of them" [ "$(ask "$two" 'SELECT count(*), count(DISTINCT f_batch) FROM household')" = "3000|1" ]
ok "... with one event for each that was acknowledged" [ "$(ask "$two" "SELECT count(*) FROM event WHERE kind = 'import'")" = $((1 + (rca == 0) + (rcb == 0))) ]
sound "the registry is sound after two writers" "$two"
finish
