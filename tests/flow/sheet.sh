#!/bin/sh
# The yearly update at the door: sheets of what the registry says, filled in, taken back. Only filled-in cells count.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/flow/village/village.sh"
both
R=$(reg x)
village "$DIR"
people 9 1 "$DIR/programme/data"
sed -i '/^H00003,1,/d' "$DIR/programme/data/members.csv"
"$LUCID" init "$DIR/programme" "$R" --quiet >/dev/null
"$LUCID" round open "$R" 2026 --quiet >/dev/null
"$LUCID" import "$R" --quiet >/dev/null
"$LUCID" round close "$R" --quiet >/dev/null
"$LUCID" round open "$R" 2027 --quiet >/dev/null
"$LUCID" set "$R" H00001 income=5555 --quiet >/dev/null

fails "it prints or it takes" 2 "say what to do" "$LUCID" sheet "$R"
fails "on paper or as rows" 2 "neither .html nor .csv" "$LUCID" sheet "$R" --out "$DIR/s.txt"
fails "a village that is none" 4 "there is no area" "$LUCID" sheet "$R" --village V99 --out "$DIR/s.csv"
run "$LUCID" sheet "$R" --village V12 --out "$DIR/v12.csv"
says "a village has its households" "3 households are in"
run "$LUCID" sheet "$R" --village C1 --out "$DIR/s.html"
says "a county those of all its villages" "6 households are in"
ok "the page is for printing" grep -q '@page{size:A4' "$DIR/s.html"
ok "and fetches nothing" sh -c "! grep -qE 'http|src=|<script|<link' '$DIR/s.html'"
ok "one section a household" test "$(grep -c '<section>' "$DIR/s.html")" = 6
ok "sealed fields are not on it" sh -c "! grep -q 'CANARY\|999999' '$DIR/s.html'"
run "$LUCID" sheet "$R" --by village --out "$DIR/by.html"
ok "a page a village when asked" test "$(grep -c '<section>' "$DIR/by-V12.html")" = 3
says "with how many are on them" "9 households are on"
ok "and a list of them" sh -c "grep -q 'href=\"by-V12.html\"' '$DIR/by.html' && grep -q 'href=\"by-V11.html\"' '$DIR/by.html'"
ok "that has them all" test "$(cat "$DIR"/by-*.html | grep -c '<section>')" = 9
fails "files are divided by village or not at all" 2 "no way to divide" "$LUCID" sheet "$R" --by county --out "$DIR/by.html"
run "$LUCID" sheet "$R" --village C1 --out "$DIR/zh.html" --lang zh
ok "in Chinese for those who read Chinese" grep -q '入户核对表' "$DIR/zh.html"
run "$LUCID" sheet "$R" --out "$DIR/sealed.csv" --sealed
ok "sealed fields only when asked for" grep -q '00CANARY00004' "$DIR/sealed.csv"
K=$(key_of x)
mv "$K" "$DIR/away"
fails "and with the key" 9 "needs the registry's key" "$LUCID" sheet "$R" --out "$DIR/no.csv" --sealed
mv "$DIR/away" "$K"
run "$LUCID" sheet "$R" --out "$DIR/s.csv"
run "$LUCID" sheet "$R" --round 2026 --out "$DIR/then.csv"
ok "a sheet is of today" grep -q '^H00001,household,,income,Income,5555.00,$' "$DIR/s.csv"
ok "or of a round's close" grep -q '^H00001,household,,income,Income,2001.01,$' "$DIR/then.csv"

run "$LUCID" sheet "$R" --take "$DIR/s.csv"
says "nothing filled in, nothing taken" "filled in: 0, records changed: 0"
# fill LINE-PATTERN VALUE: writes under `now`
fill() { sed -i "/^$1,/s/,\$/,$2/" "$DIR/s.csv"; }
fill 'H00002,household,,income' 3100.50
fill 'H00002,household,,car' yes
fill 'H00004,members,2,age' 5
run "$LUCID" sheet "$R" --take "$DIR/s.csv" --dry-run
says "a dry run counts" "filled in: 3, records changed: 2"
says "and writes nothing" "this was a dry run"
run "$LUCID" sheet "$R" --take "$DIR/s.csv"
says "what is filled in is one event" "filled in: 3, records changed: 2"
run "$LUCID" history "$R" H00002 --format csv
says "with before and after" "income,2002.01,3100.50"
run "$LUCID" history "$R" H00004 --format csv
says "of members too" "members,2,age,4,5"
case $out in *ended*) fail "nobody ends for not being on it" ;; *) pass "nobody ends for not being on it" ;; esac
fails "a value that changed since the sheet was made is not overwritten" 5 "no longer says what was printed" "$LUCID" sheet "$R" --take "$DIR/s.csv"
run "$LUCID" undo "$R"
run "$LUCID" sheet "$R" --take "$DIR/s.csv"
says "taken back it can be taken again" "records changed: 2"

cp "$DIR/s.csv" "$DIR/bad.csv"
refuse() { "$LUCID" sheet "$R" --out "$DIR/s.csv" --quiet; fill "$2" "$3"; fails "$1" "$4" "$5" "$LUCID" sheet "$R" --take "$DIR/s.csv"; }
refuse "a value is checked by the codebook" 'H00005,members,2,age' old 3 "row"
printf 'H00003,members,9,age,Age,,7\n' >>"$DIR/s.csv"; sed -i 's/,old$/,/' "$DIR/s.csv"
fails "a member that is none is a natural change" 4 "has no" "$LUCID" sheet "$R" --take "$DIR/s.csv"
says "as the hint says" "lucid change"
head -1 "$DIR/s.csv" | cut -d, -f1-6 >"$DIR/short.csv"
fails "the headings must be there" 3 "has no column" "$LUCID" sheet "$R" --take "$DIR/short.csv"
sound "the registry is whole" "$R"
finish
