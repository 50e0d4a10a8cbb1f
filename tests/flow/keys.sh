#!/bin/sh
# Sealed fields: what works without their key, what is said about a wrong one, and that a sealed value is written nowhere in
# the clear. The canaries are identity numbers of 18 digits that begin with 999999 and telephones that begin with 00CANARY.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/flow/village/village.sh"
both

CANARY='999999[0-9]{12}|999999-19650310|1381234567|1390000000|00CANARY'
R=$(reg x)
log=$DIR/log
umask 000
village "$DIR" && "$LUCID" init "$DIR/programme" "$R" >"$DIR/sheet" 2>&1
umask 022
K=$(key_of x)
ok "the key is for its owner only, whatever the umask" [ "$(stat -c %a "$K")" = 600 ]
ok "init prints a recovery sheet" grep -q "RECOVERY SHEET" "$DIR/sheet"
"$LUCID" round open "$R" 2026 --quiet >/dev/null
people 300 1 "$DIR/programme/data"
run "$LUCID" import "$R"
ok "sealed fields are imported" [ "$rc" = 0 ]
ok "with the key a sealed value can be shown" sh -c '"$0" history "$1" H00001 --reveal | grep -q 999999000000000001' "$LUCID" "$R"
ok "only when asked" sh -c '! "$0" history "$1" H00001 | grep -Eq "$2"' "$LUCID" "$R" "$CANARY"

# ---- a life full of sealed values; all that is said goes to the log ----

talk() { "$LUCID" "$@" >>"$log" 2>&1 </dev/null; }
if on_files; then
  mkfifo "$DIR/pipe"
  sqlite3 "$R" <"$DIR/pipe" >/dev/null 2>&1 & reader=$! # somebody has it open, so that the write-ahead log stays
  exec 9>"$DIR/pipe"
  echo "SELECT count(*) FROM event;" >&9
fi
talk set "$R" H00002 phone=00CANARY77777
talk set "$R" H00002 --member 1 idno=999999777777777777
talk set "$R" H00003 phone=00CANARY88888 income=much # refused
talk set "$R" H00003 phone=00CANARY88888 batch=-5
talk set "$R" H99999 phone=00CANARY88888
talk undo "$R"
people 310 2 "$DIR/programme/data"
sed -i 's/999999000000/999999555555/' "$DIR/programme/data/members.csv"
talk import "$R" --dry-run
talk import "$R"
d=$DIR/programme/data/bad; mkdir -p "$d" # refusals of every kind, with sealed cells in the row
cat >"$d/members.csv" <<'END'
hid,no,age,idno
H00001,1,old,999999111111111111
H00001,2,999,999999222222222222
H00002,1,30,999999333333333333,more
H00002,999999444444444444
H00003,1,"30"x,999999555555555551
H00003,1,31,"999999666666666666"x
H99998,1,30,999999777777777771
H00004,1,30,999999888888888888
H00004,1,31,999999888888888889
END
cat >"$d/households.csv" <<'END'
hid,v,batch,income,weight,car,phone
H00001,V11,1,x,1,no,00CANARY11111
H00001,V99,1,5,1,no,00CANARY22222
H00002,V11,1,5,1,maybe,00CANARY33333
H00003,V11,1,5,1,no,00CANARY44444,more
H00004,V11,00CANARY55555
H00006,V11,1,5,-1,no,00CANARY66666
END
# and sealed values typed under other headings: what looks like one, and what the row's own sealed cells say
mkdir "$d/elsewhere"
cat >"$d/elsewhere/members.csv" <<'END'
hid,no,age,idno
H00005,1,999999111111111199,
H00005,2,999999-19650310-1111,
H00006,1,"tel. 13812345678",
END
cat >"$d/elsewhere/households.csv" <<'END'
hid,v,batch,income,weight,car,phone
H00005,V11,00CANARY99911,5,1,no,00CANARY99911
H00006,V11,1,999999222222222299,1,no,
H00007,999999333333333399,1,5,1,no,
H00008,V11,13900000001,5,x,no,
H00009,V11,1,5,1,no,,00CANARY99922,999999444444444499,,,,,
END
for source in households members; do
  talk import "$R" --source $source --data "$d/elsewhere" --refused "$DIR/refused-elsewhere-$source.csv"
  talk import "$R" --source $source --data "$d/elsewhere" --keep-good
done
talk import "$R" --source households --data "$d/elsewhere" --refused "$DIR/refused-elsewhere.xlsx"
mkdir "$DIR/unpacked" && python3 -m zipfile -e "$DIR/refused-elsewhere.xlsx" "$DIR/unpacked"
ok "a workbook of refused rows masks too" sh -c 'grep -rq "\*\*\*" "$0"' "$DIR/unpacked"
ok "what is masked leaves the rest of a refused row" grep -q '^H00008,V11,\*\*\*,5,x,no,,' "$DIR/refused-elsewhere-households.csv"
for i in 1 2; do
  for source in households members; do
    talk import "$R" --source $source --data "$d" --refused "$DIR/refused-$source-$i.csv"
    talk import "$R" --source $source --data "$d" --keep-good --refused "$DIR/refused-kept-$source-$i.csv"
    talk import "$R" --source $source --data "$d" --keep-good
  done
  sed -i '/^H99998/d; /88889/d' "$d/members.csv" # what the registry refuses, not the codebook
done
talk import "$R" --file "$d/members.csv" --guess --keep-good
printf 'hid,phone,idno\nH00001,00CANARY99991,999999999999999991\n' >"$d/one.csv"
talk import "$R" --file "$d/one.csv"
talk import "$R" --file "$d/one.csv" --guess
people 5000 3 "$DIR/programme/data"
for wait in 0.02 0.05 0.1 0.15 0.2 0.25 0.3 0.4; do
  "$LUCID" import "$R" >>"$log" 2>&1 & pid=$!
  sleep $wait; kill -9 $pid 2>/dev/null; { wait $pid; } 2>/dev/null
  on_files && cp "$R"-wal "$R"-shm "$DIR/" 2>/dev/null
  mkdir -p "$DIR/left$wait"; cp "${K%.key}".stage-* "$DIR/left$wait/" 2>/dev/null
done
ok "some work files of killed imports are there to look into" [ -n "$(find "$DIR" -name '*stage-*' -size +8k)" ]
people 320 4 "$DIR/programme/data"
talk import "$R"
talk round close "$R" 2026
talk identify "$R"
talk explain "$R" H00001
talk explain "$R" H00001 --format json
talk explain "$R" H00001 --lang zh
talk diff "$R" --programme "$DIR/programme"
talk report "$R" --out "$DIR/report.html"
talk export "$R" --out "$DIR/exported"
talk export "$R" --out "$DIR/exported-dta" --as dta --include-restricted
talk history "$R" H00001
talk history "$R" H00002 --format json
talk status "$R"
talk fsck "$R"
talk backup "$R" "$DIR/copy.lucid"
talk run "$DIR/programme" --out "$DIR/out"
if on_files; then
  cp "$R-wal" "$DIR/wal" 2>/dev/null
  ok "the write-ahead log is looked into as well" [ -s "$DIR/wal" ]
  exec 9>&-
  wait $reader
else
  ask "$R" CHECKPOINT
  if [ -r "$LUCID_TEST_PG_DIR/data/base" ]; then ln -s "$LUCID_TEST_PG_DIR" "$DIR/server"; else skip "the server's files are looked into as well" "they may not be read"; fi
fi

ok "the canaries are in the data that came in" grep -Eqr "$CANARY" "$DIR/programme/data"
for made in report.html exported/household.csv out/decisions.csv out/summary.json out/report.html refused-kept-members-1.csv refused-households-1.csv copy.lucid; do
  ok "$made is there to be looked into" [ -s "$DIR/$made" ]
done
rc= errs= out=$(find -L "$DIR" -type f ! -path "$DIR/programme/*" ! -name '.out' ! -name '.err' -exec grep -alE "$CANARY" {} +)
ok "no sealed value in database, log, work files, snapshots, refused rows, exports, reports or messages ($(find -L "$DIR" -type f ! -path "$DIR/programme/*" | wc -l) files)" [ -z "$out" ]
out=$(find "$DIR" -name '*CANARY*' -o -name '*999999*')
ok "... nor in the name of a file" [ -z "$out" ]
hex=$(sed -n 's/^key //p' "$K")
out=$(find -L "$DIR" -type f ! -name '*.key' ! -name sheet -exec grep -al "$hex" {} +
  find "$DIR" -type f ! -name '*.key' ! -path "$DIR/programme/*" | while read -r f; do od -An -v -tx1 "$f" | tr -d ' \n' | grep -q "$hex" && echo "$f"; done)
ok "the key itself stands in the key file only" [ -z "$out" ]
ok "refused rows are for their owner only" [ "$(stat -c %a "$DIR/refused-households-1.csv")" = 600 ]

# ---- the key is lost ----

"$LUCID" round open "$R" 2027 --quiet >/dev/null
mv "$K" "$DIR/away"
ok "without the key status works" run "$LUCID" status "$R"
says "... and says that it is not here" "NOT HERE"
run "$LUCID" history "$R" H00001
ok "without the key history works" [ "$rc" = 0 ]
says "... and shows sealed" "sealed"
fails "revealing says that the key is needed" 9 "key" "$LUCID" history "$R" H00001 --reveal
says "... and what to do" "HINT: "
for verb in "round list" "fsck"; do ok "without the key $verb works" run "$LUCID" $verb "$R"; done
for verb in identify report\ --out\ "$DIR/r2.html" export\ --out\ "$DIR/e2"; do
  set -- $verb
  name=$1; shift
  run "$LUCID" "$name" "$R" "$@" --round 2026
  ok "without the key $name works" [ "$rc" = 0 ]
done
ok "without the key explain works" run "$LUCID" explain "$R" H00001 --round 2026
ok "without the key what is not sealed can be edited" run "$LUCID" set "$R" H00001 income=1234
ok "without the key it can be undone" run "$LUCID" undo "$R"
printf 'hid,v,batch,income,weight,car,phone\nH00001,V11,9,50,1,no,\n' >"$d/households.csv"
ok "without the key a file without sealed values can be imported" run "$LUCID" import "$R" --source households --data "$d"
people 5 9 "$d"
fails "without the key sealed values cannot be imported" 9 "key" "$LUCID" import "$R" --data "$d"
fails "without the key a sealed field cannot be set" 9 "key" "$LUCID" set "$R" H00001 phone=00123
ok "... and nothing of it was kept" [ "$(ask "$R" "SELECT count(*) FROM household WHERE f_batch = 9")" = 1 ]
ok "without the key a round is closed" run "$LUCID" round close "$R" 2027
run "$LUCID" backup "$R" "$DIR/copy2.lucid"
ok "without the key a backup is made" [ "$rc" = 0 ]
says "... which says that the key is not in it" "the key is not in it"
ok "... and does not make one" [ ! -e "$DIR/copy2.lucid.key" ]

# ---- the wrong key ----

village "$DIR/other" && "$LUCID" init "$DIR/other/programme" "$DIR/other/y.lucid" --quiet >/dev/null
cp -p "$DIR/other/y.lucid.key" "$K"
fails "another registry's key is refused" 9 "wrong key" "$LUCID" status "$R"
says "... and says what to do" "HINT: "
fails "also when it is named" 9 "wrong key" "$LUCID" history "$R" H00001 --key "$DIR/other/y.lucid.key"
id=$(sed -n 's/^id //p' "$DIR/away")
printf 'lucid-key 1\nid %s\nkey %s\n' "$id" "$(printf '%064d' 7)" >"$K"; chmod 600 "$K"
run "$LUCID" history "$R" H00001 --reveal
ok "a key that only bears the right name opens nothing" [ "$rc" = 9 ]
for text in "" "lucid-key 1" "lucid-key 2
id $id
key $hex" "lucid-key 1
id $id
key 12ab" "hello"; do
  printf '%s\n' "$text" >"$K"; chmod 600 "$K"
  run "$LUCID" status "$R"
  ok "a file that is no key is refused: $(printf '%s' "$text" | tr '\n' ' ' | cut -c1-30)" [ "$rc" = 9 ]
done
says "... by name" "$K"
cp "$DIR/away" "$K"; chmod 644 "$K"
fails "a key that others may read is refused" 9 "$K" "$LUCID" status "$R"
says "... and says what to do" "chmod 600"
rm "$K"
ok "the key may lie elsewhere" run "$LUCID" history "$R" H00001 --reveal --key "$DIR/away"
says "... and opens what is sealed" "999999000000000001"
typed=$(sed -n '/^  key   /,/^ *$/p' "$DIR/sheet" | sed 's/^  key//' | tr -d ' \n' | cut -c1-64)
printf 'lucid-key 1\nid %s\nkey %s\n' "$(sed -n 's/^  key id *//p' "$DIR/sheet")" "$typed" >"$K"; chmod 600 "$K"
run "$LUCID" history "$R" H00001 --reveal
says "the key typed off the recovery sheet opens what is sealed" "999999000000000001"
cp -p "$DIR/away" "$DIR/copy.lucid.key"
run "$LUCID" history "$DIR/copy.lucid" H00001 --reveal
says "a backup opens with the key" "999999000000000001"
sound "the registry is sound after all this" "$R"

# ---- a passphrase ----

echo "four words that do not belong" >"$DIR/pass"; echo "another one altogether" >"$DIR/other-pass"; : >"$DIR/no-pass"; chmod 600 "$DIR"/*pass
run "$LUCID" key lock "$R" --new-passphrase-file "$DIR/pass"
says "a key gets a passphrase" "has a passphrase now"
ok "its file does not hold the key any more" sh -c '! grep -q "$0" "$1"' "$hex" "$K"
ok "... and is still for its owner only" [ "$(stat -c %a "$K")" = 600 ]
alone() { run setsid "$LUCID" "$@"; } # without a terminal
alone status "$R"
says "status says so, and needs none" "here, with a passphrase"
fails "a sealed value needs it" 9 "nobody to ask" setsid "$LUCID" history "$R" H00001 --reveal
says "... and how to give it is said" "--passphrase-file"
run setsid "$LUCID" history "$R" H00001 --reveal --passphrase-file "$DIR/pass"
says "with it sealed values open" "999999000000000001"
fails "another one does not open the key" 9 "the passphrase does not open key" setsid "$LUCID" history "$R" H00001 --reveal --passphrase-file "$DIR/other-pass"
fails "nor does none" 9 "is empty" setsid "$LUCID" history "$R" H00001 --reveal --passphrase-file "$DIR/no-pass"
chmod 644 "$DIR/pass"
fails "a passphrase that others may read is refused" 9 "chmod 600" setsid "$LUCID" history "$R" H00001 --reveal --passphrase-file "$DIR/pass"
chmod 600 "$DIR/pass"
run setsid "$LUCID" fsck "$R"
says "fsck works without it, and says what it did not check" "sealed fields were not checked"
run setsid "$LUCID" fsck "$R" --passphrase-file "$DIR/pass"
case $rc$out in 0*"not checked"*) fail "... and checks with it" ;; 0*) pass "... and checks with it" ;; *) fail "... and checks with it" ;; esac
"$LUCID" round open "$R" 2028 --quiet >/dev/null
people 7 5 "$d"
fails "sealed values are not imported without it" 9 "nobody to ask" setsid "$LUCID" import "$R" --data "$d"
ok "... and with it they are" run setsid "$LUCID" import "$R" --data "$d" --passphrase-file "$DIR/pass"
run setsid "$LUCID" key rotate "$R" --passphrase-file "$DIR/pass"
ok "a new key has the passphrase of the old one" grep -q '^lucid-key 2' "$K"
run setsid "$LUCID" find "$R" phone=00CANARY00005 --passphrase-file "$DIR/pass" --format csv
says "... and opens with it" "H00005"
sed -i 's/^passes .*/passes 99999/' "$K"
fails "a file that asks for endless work is refused" 9 "is not a key file, or is damaged" "$LUCID" status "$R"
sed -i 's/^passes .*/passes 3/' "$K"
echo short >"$DIR/short-pass"; chmod 600 "$DIR/short-pass"
fails "a passphrase is not short" 2 "eight characters" setsid "$LUCID" key lock "$R" --passphrase-file "$DIR/pass" --new-passphrase-file "$DIR/short-pass"
run setsid "$LUCID" key unlock "$R" --passphrase-file "$DIR/pass"
says "it can be taken away" "has no passphrase any more"
run "$LUCID" history "$R" H00005 --reveal
says "... and the key opens without" "00CANARY00005"
sound "... and all is sound" "$R"
finish
