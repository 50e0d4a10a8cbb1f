#!/bin/sh
# A registry from its first day to its second round, by the verbs a county office types.
. "$(dirname "$0")/lib.sh"
both
. "$TOP/tests/flow/village/village.sh"

R=$(reg x)
village "$DIR"
people 30 1 "$DIR/programme/data"

run "$LUCID" init "$DIR/programme" "$R"
says "init prints a recovery sheet" "RECOVERY SHEET"
says "init says what the sheet is for" "a backup of the registry does not contain it"
ok "the key is readable by its owner only" test "$(stat -c %a "$(key_of x)")" = 600
fails "a registry is not made twice" 5 "already" "$LUCID" init "$DIR/programme" "$R"

fails "import wants a round" 4 "has no round yet" "$LUCID" import "$R"
ok "a round opens" run "$LUCID" round open "$R" 2026 --year 2026
fails "one round at a time" 5 "is still open" "$LUCID" round open "$R" 2027

run "$LUCID" import "$R" --dry-run --format csv
says "a dry run counts" "2026,90,0,90,0,0,0"
says "a dry run says that it was one" "nothing was written"
run "$LUCID" import "$R" --format csv
says "an import says what it did" "2026,90,0,90,0,0,0"
run "$LUCID" import "$R" --format csv
says "the same again changes nothing" "2026,90,0,0,0,90,0,0"
people 30 2 "$DIR/programme/data"
run "$LUCID" import "$R" --format csv
says "a re-import updates" "2026,90,0,0,30,60,0"

run "$LUCID" undo "$R"
says "undo takes the latest import back" "rows put back: 30"
run "$LUCID" set "$R" H00003 income=1234.50
says "set is an event" "household H00003 is changed"
fails "set checks by the codebook" 3 "income" "$LUCID" set "$R" H00003 income=lots
fails "set names a field that is not there" 3 "has no field" "$LUCID" set "$R" H00003 incme=1
fails "set wants FIELD=VALUE" 2 "sets nothing" "$LUCID" set "$R" H00003 income
fails "an unknown household comes with near ones" 4 "near it: H0000" "$LUCID" set "$R" H00099 income=1
run "$LUCID" history "$R" H00003 --format csv
says "history shows before and after" "income,2003.01,1234.50"
says "history hides sealed fields" "phone,,sealed"
run "$LUCID" history "$R" H00003 --reveal
says "history reveals them with the key" "00CANARY00003"
run "$LUCID" find "$R" phone=00CANARY00007 --format csv
says "a sealed field is found by its value" "H00007"
fails "undo names a number that is no event" 2 "is not the number of an event" "$LUCID" undo "$R" x

run "$LUCID" round close "$R"
says "closing says what it froze" "30 households, 60 members"
fails "a closed round takes no data" 5 "is closed" "$LUCID" import "$R"
fails "nor a single value" 5 "is closed" "$LUCID" set "$R" H00003 income=1
fails "what a round stands on is not taken back" 5 "closed a round on it" "$LUCID" undo "$R"
sound "a closed registry is whole" "$R"

hash=$("$LUCID" round list "$R" --format csv | tr -d '\r' | sed -n 's/^2026,.*,//p')
rm -r "$(snapshots_of x)"
run "$LUCID" fsck "$R"
says "fsck notes a lost snapshot" "the files of its snapshot are not there"
ok "a run makes it again" run "$LUCID" identify "$R" --round 2026
ok "with the same hash" test -f "$(snapshots_of x)/$hash/manifest.json"
run "$LUCID" fsck "$R"
case $out in *note:*) fail "then fsck has nothing to note" ;; *) pass "then fsck has nothing to note" ;; esac

ok "a second round opens" run "$LUCID" round open "$R" 2027 --year 2027
people 20 3 "$DIR/programme/data"
run "$LUCID" import "$R" --format csv
says "who is not in a file stays" "2027,60,0,0,20,40,0"
ok "the second round closes" run "$LUCID" round close "$R" 2027
run "$LUCID" round list "$R" --format csv
says "rounds are listed" "2027,2027,closed,30,60"

ok "a third round opens" run "$LUCID" round open "$R" 2028 --year 2027
run "$LUCID" round close "$R" 2028
says "homes without a change are taken over" "homes did not change and were taken over, 0 were written"
kept=$("$LUCID" round list "$R" --format csv | sed -n 's/^2028,//p')
ok "a fourth opens" run "$LUCID" round open "$R" 2029 --year 2027
run "$LUCID" round close "$R" 2029 --rewrite
case $out in *"taken over"*) fail "--rewrite takes nothing over" ;; *) pass "--rewrite takes nothing over" ;; esac
snapshots=$(snapshots_of x) a=$(echo "$kept" | tr -d '\r' | sed 's/.*,//') b=$("$LUCID" round list "$R" --format csv | tr -d '\r' | sed -n 's/^2029,.*,//p')
sed 's/"round":"2028"/"round":"2029"/' "$snapshots/$a/manifest.json" >"$DIR/renamed"
ok "both ways write the same, but for the round's name" cmp -s "$DIR/renamed" "$snapshots/$b/manifest.json"
sound "and fsck holds all of them to the rows" "$R"

run "$LUCID" backup "$R" "$DIR/copy.lucid"
says "backup says that the key is not in it" "the key is not in it"
ok "the backup opens without the programme's folder" mv "$DIR/programme" "$DIR/gone"
run "$LUCID" status "$DIR/copy.lucid"
says "status says so" "gone; the registry uses its own copy"
says "status says that the key is not here" "NOT HERE"
sound "the backup is whole" "$DIR/copy.lucid"
sound "and so is the registry" "$R"
ok "nothing is left beside it" test "$(ls "$DIR" | grep -c 'x.lucid-\|x.lucid.stage')" = 0
finish
