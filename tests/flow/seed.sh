#!/bin/sh
# Nobody can try seeds until the right household gets the last place.
. "$(dirname "$0")/lib.sh"
both
R=$(reg x)
run "$LUCID" new "$DIR/p"
run "$LUCID" init "$DIR/p" "$R"
run "$LUCID" round open "$R" 2026
run "$LUCID" import "$R"
fails "a seed says where it comes from" 2 "say where the seed comes from" "$LUCID" round seed "$R" --text "3 17 22"
run "$LUCID" round seed "$R" --text "3 17 22" --from "lottery of 2026-11-20"
says "a seed is fixed while the round is open" 'draws of this round use "3 17 22", from lottery of 2026-11-20'
fails "and only once" 5 "was fixed by event" "$LUCID" round seed "$R" --text "4 5 6" --from "another lottery"
run "$LUCID" round close "$R"
run "$LUCID" identify "$R" --format json
ok "a decision uses the round's own seed" [ "$(printf '%s' "$out" | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["seed"] + "/" + d["seed_from"])')" = "3 17 22/round" ]
fails "another seed is refused afterwards" 5 "leave --seed out" "$LUCID" identify "$R" --seed "4 5 6"
R2=$(reg unseeded)
run "$LUCID" init "$DIR/p" "$R2"
run "$LUCID" round open "$R2" 2026
run "$LUCID" import "$R2"
run "$LUCID" round close "$R2"
fails "a seed is not chosen when the data are known" 5 "could have been tried first" "$LUCID" identify "$R2" --seed "4 5 6"
run "$LUCID" identify "$R2" --seed "4 5 6" --dry-run
ok "a drill may have any" [ $rc = 0 ]
run "$LUCID" identify "$R2"
says "a draw by the snapshot's hash says so" "no seed was fixed before the round closed"
a=$("$LUCID" round list "$R" --format csv | tail -1 | cut -d, -f6) b=$("$LUCID" round list "$R2" --format csv | tail -1 | cut -d, -f6)
ok "the same data have the same snapshot under another key" [ -n "$a" -a "$a" = "$b" ]
run "$LUCID" fsck "$R"; ok "the registry is whole" [ $rc = 0 ]
finish
