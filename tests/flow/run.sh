#!/bin/sh
# `lucid run` as an office meets it: a run that stops at its data leaves the way free for the next, and what it leaves names who acted.
# On files only: a folder of files is what `run` makes.
. "$(dirname "$0")/lib.sh"

run "$LUCID" new "$DIR/p"
mkdir "$DIR/bad" && cp "$DIR/p/data/members.csv" "$DIR/bad/"
sed '3s/,[0-9.]*,/,12 000,/' "$DIR/p/data/households.csv" >"$DIR/bad/households.csv"
fails "a run over bad rows stops" 3 "is refused" "$LUCID" run "$DIR/p" --data "$DIR/bad" --out "$DIR/out"
ok "... and leaves the refused rows and nothing else" [ "$(ls -A "$DIR/out")" = refused.csv ]
fails "a run without its data stops" 4 "households.csv" "$LUCID" run "$DIR/p" --data "$DIR/nowhere" --out "$DIR/out"
run env LUCID_ACTOR=li "$LUCID" run "$DIR/p" --out "$DIR/out"
ok "the next run finds the folder free" [ "$rc" = 0 ]
ok "... and keeps no refused rows of another" [ ! -e "$DIR/out/refused.csv" ]
ok "what names every household is for its owner only" [ "$(stat -c %a "$DIR/out/decisions.csv" "$DIR/out/p.lucid" "$DIR/out/p.lucid.key" | sort -u)" = 600 ]
run "$LUCID" status "$DIR/out/p.lucid"
says "a run's events name who acted" " by li at "
run "$LUCID" history "$DIR/out/p.lucid" 01001001
says "... the import too" "  li  "
mkdir "$DIR/mine" && : >"$DIR/mine/letter.txt"
fails "a folder with other files is not touched" 5 "is not empty" "$LUCID" run "$DIR/p" --out "$DIR/mine"

mkdir "$DIR/office" && "$LUCID" init "$DIR/p" "$DIR/office/p.lucid" --quiet >/dev/null
key=$(cat "$DIR/office/p.lucid.key")
fails "--force spares a registry that no run left" 5 "no run left there" "$LUCID" run "$DIR/p" --out "$DIR/office" --force
ok "... and its key" [ "$(cat "$DIR/office/p.lucid.key")" = "$key" ]
ok "--force replaces what a run left" run "$LUCID" run "$DIR/p" --out "$DIR/out" --force
rm -f "$DIR/out/report.html" "$DIR/out/decisions.csv" && printf '{"finished": false}\n' >"$DIR/out/summary.json"
ok "... also one that was killed" run "$LUCID" run "$DIR/p" --out "$DIR/out" --force
finish
