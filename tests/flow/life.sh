#!/bin/sh
# The life of households as a village team records it: births, deaths, marriages, moves, splits and merges; what an old file may
# not undo; what was known on a day; corrections after a close.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/flow/village/village.sh"
both

R=$(reg x)
village "$DIR"
people 12 1 "$DIR/programme/data"
L() { verb=$1; shift; run "$LUCID" "$verb" "$@"; }
change() { run "$LUCID" change "$@" --evidence "seen at the door"; }
members() { run "$LUCID" history "$R" "$1" --format csv; }
LUCID_NOW=2026-03-01T08:00:00Z; export LUCID_NOW
L init "$DIR/programme" "$R"
L round open "$R" 2026 --year 2026
L import "$R"

# ---- natural changes ----
fails "a change needs its day" 2 "the day it happened is missing" "$LUCID" change birth "$R" H00001 age=0 --evidence x
fails "and its evidence" 2 "say what shows it" "$LUCID" change birth "$R" H00001 age=0 --on 2026-02-01
fails "a fact does not lie in the future" 3 "lies in the future" "$LUCID" change birth "$R" H00001 age=0 --on 2026-03-02 --evidence x
fails "a kind that is none" 2 "not a kind of natural change" "$LUCID" change exit "$R" H00001 --on 2026-03-01 --evidence x
change birth "$R" H00001 age=0 --on 2026-02-11 --dry-run
says "a dry run shows what would come" "H00001"
says "and writes nothing" "this was a dry run"
change birth "$R" H00001 age=0 --on 2026-02-11
says "a birth is an event" "recorded; \`lucid undo\` takes it back"
members H00001
says "of its own kind, with its member" "birth,"
says "since its day" "2026-02-11"
fails "an age must be an age" 3 "age" "$LUCID" change birth "$R" H00001 age=lots --on 2026-02-01 --evidence x
change 死亡 "$R" H00002 --member 1 --on 2026-02-20
ok "a death by its Chinese word" test "$rc" = 0
fails "nobody dies twice" 4 "has no" "$LUCID" change death "$R" H00002 --member 1 --on 2026-02-20 --evidence x
change death "$R" H00002 --member 2 --on 2026-02-21
says "the last member's death ends the household" "household H00002 ends with it"
fails "an ended household takes no birth" 5 "has ended" "$LUCID" change birth "$R" H00002 age=0 --on 2026-02-22 --evidence x
change marry "$R" H00003 --member 2 --into H00004 --on 2026-02-14
ok "a marriage carries a member over" test "$rc" = 0
members H00004
says "whom the other household's history names by where she came from" "from household H00003"
change marry "$R" H00005 --member 1 --into H00006 --on 2026-02-14
run "$LUCID" find "$R" members.idno=999999000000000005 --format csv
says "sealed values go along" "H00006"
members H00006
run "$LUCID" history "$R" H00006 --reveal --format csv
says "and open in their new place" "999999000000000005"
change move "$R" H00007 village_code=V11 --on 2026-02-01
ok "a move changes the area" test "$rc" = 0
fails "to where it is already it does not move" 5 "is there already" "$LUCID" change move "$R" H00007 village_code=V11 --on 2026-02-02 --evidence x
change split "$R" H00008 --into H00008-2 --member 2 --on 2026-02-03
ok "a household splits" test "$rc" = 0
members H00008-2
says "the new one's history says from where" "from household H00008"
fails "a number is used once" 5 "is or was a household" "$LUCID" change split "$R" H00009 --into H00002 --member 2 --on 2026-02-03 --evidence x
fails "somebody must stay" 3 "all members would go" "$LUCID" change split "$R" H00009 --into H00009-2 --member 1 --member 2 --on 2026-02-03 --evidence x
change merge "$R" H00010 --into H00011 --on 2026-02-04
says "a merged household ends" "household H00010 ends with it"
sound2() { L fsck "$R"; if [ "$rc" = 0 ]; then pass "$1"; else fail "$1"; fi; }
sound2 "the registry is whole after all of that"

run "$LUCID" check-households "$R" --format csv
says "households split before identification are listed" "split,H00008,H00008-2,,2026-02-03"
says "and merged ones" "merged,H00010,H00011,,2026-02-04"
says "as questions" "decides nothing"
run "$LUCID" check-households "$R" --until 2027-06-01 --days 30 --format csv
case $out in *split*) fail "later they are no question any more" ;; *) pass "later they are no question any more" ;; esac

T=$(twin t x)
ask "$T" "UPDATE natural_change SET to_number = 'H00001' WHERE kind = 'merge'"
fails "who went where cannot be rewritten unseen" 11 "is not as it was recorded" "$LUCID" fsck "$T" --snapshots "$DIR/none"
ask "$T" "DELETE FROM natural_change WHERE kind = 'birth'"
run "$LUCID" fsck "$T" --snapshots "$DIR/none"
says "nor left out" "event 4: who came from where"

# ---- an old file does not undo them ----
L import "$R" --format csv
says "last year's file: what says otherwise is left out and counted" "say otherwise than a birth, death, marriage"
says "and nothing else was new" "2026,36,0,0,0,"
members H00002
case $out in *import*registered*import*) fail "the dead stay dead" ;; *) pass "the dead stay dead" ;; esac

# ---- taking back ----
before=$("$LUCID" history "$R" H00012 --format csv)
change death "$R" H00012 --member 1 --on 2026-02-25
L undo "$R"
says "undo takes a natural change back" "rows put back: 1"

# ---- as known on a day ----
L round close "$R" 2026
hash=$("$LUCID" round list "$R" --format csv | tr -d '\r' | sed -n 's/^2026,.*,//p')
close=$("$LUCID" status "$R" --as-of 2026-03-01 --format csv | tr -d '\r' | sed -n 's/^event,//p')

# ---- a correction after the close ----
L identify "$R" --round 2026
cp "$DIR/programme/data/members.csv" "$DIR/members.all"
fails "a correction says why" 2 "say why" "$LUCID" round correct "$R" 2026
L round correct "$R" 2026 --reason "lists of one village came late"
says "a correction is a round beside the one it corrects" "round 2026.1 is open; it is about the year 2026"
fails "it takes no seed of its own" 5 "is a correction" "$LUCID" round seed "$R" 2026.1 --text "1 2 3" --from "a public draw"
fails "and is not corrected while it is open" 5 "is still open" "$LUCID" round correct "$R" 2026 --reason x
L set "$R" H00003 income=99000
head -1 "$DIR/members.all" >"$DIR/programme/data/members.csv"
grep '^H00012,1,' "$DIR/members.all" | sed 's/,32,/,33,/' >>"$DIR/programme/data/members.csv"
L import "$R" --source members --format csv
says "who is merely not in a late file stays, and the merged stay merged" "2026.1,1,0,0,1,0,0"
cp "$DIR/members.all" "$DIR/programme/data/members.csv"
L round close "$R" 2026.1
L round list "$R" --format csv
says "the corrected round keeps its snapshot" "$hash"
run "$LUCID" diff "$R" --round 2026 --round 2026.1 --format csv
says "diff lists who flips" "H00003,V11,selected,not_selected"
ok "and nobody else" test "$(printf '%s\n' "$out" | wc -l)" = 2
run "$LUCID" diff "$R" --round 2026 --round 2026.1
says "and counts the moves" "not registered"
fails "rounds are compared by one set of rules" 2 "by the registry's own programme" "$LUCID" diff "$R" --round 2026 --round 2026.1 --set x=1
fails "a parameter that is none" 2 "no parameter" "$LUCID" diff "$R" --set nothing=1
LUCID_NOW=2027-02-01T08:00:00Z
L round open "$R" 2027 --year 2027
change death "$R" H00012 --member 1 --on 2026-12-24
L set "$R" H00003 income=1.00
run "$LUCID" history "$R" H00012 --as-of 2026-12-31 --format csv
case $out in *2026-12-24*) fail "a death recorded in February was not known in December" ;; *) pass "a death recorded in February was not known in December" ;; esac
members H00012
says "though it is valid from then" "2026-12-24"
run "$LUCID" history "$R" H00012 --valid-on 2026-12-23 --format csv
case $out in *2026-12-24*) fail "and not from the day before" ;; *) pass "and not from the day before" ;; esac
L status "$R" --as-of "#$close" --format csv
says "status as of a day counts the households then" "household,11"
L export "$R" --as-of "#$close" --out "$DIR/then"
L export "$R" --round 2026 --out "$DIR/closed"
ok "as of its close a round is what its snapshot is" diff -r "$DIR/then" "$DIR/closed"
fails "once a later round is open its rows are that round's" 5 "cannot be corrected any more" sh -c "'$LUCID' round close '$R' 2027 >/dev/null && '$LUCID' round correct '$R' 2026 --reason late"
L export "$R" --as-of 2027-02-01 --out "$DIR/now"
ok "and today it is not" sh -c "! cmp -s $DIR/now/household.csv $DIR/closed/household.csv"
fails "before the first day nothing was known" 4 "the registry is younger" "$LUCID" history "$R" H00012 --as-of 2025-12-31
fails "a day that is none" 2 "is not a day" "$LUCID" history "$R" H00012 --as-of yesterday
ok "nothing is left beside it" test "$(ls -a "$DIR" | grep -c as-of)" = 0
sound2 "whole at the end"
finish
