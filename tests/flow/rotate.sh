#!/bin/sh
# A new key in place of the old one, by the verbs, in a file and in a database; and a household erased.
. "$(dirname "$0")/lib.sh"
if [ -z "${LUCID_TEST_PG:-}" ]; then
  "$TOP/tools/with-postgres" sh "$0"
  rc=$?
  [ $rc = 77 ] && { skip "changing the key" "PostgreSQL is not installed"; exit 0; }
  exit $rc
fi
. "$TOP/tests/flow/village/village.sh"
export XDG_DATA_HOME="$DIR/data"

# life NAME REGISTRY KEYFILE
life() {
  on=$1 R=$2 K=$3
  run "$LUCID" key sheet "$R"
  says "$on: the sheet can be printed again" "RECOVERY SHEET"
  first=$(sed -n 's/^id //p' "$K")
  says "$on: ... with the key's id" "$first"
  cp "$K" "$DIR/$on.first"
  run "$LUCID" key rotate "$R"
  says "$on: a new key takes its place" "took the place of key $first"
  says "$on: ... with its recovery sheet" "RECOVERY SHEET"
  ok "$on: the old key is kept under its id" cmp -s "$K.$first" "$DIR/$on.first"
  ok "$on: the new one is for its owner only" [ "$(stat -c %a "$K")" = 600 ]
  ok "$on: it is another" [ "$(sed -n 's/^id //p' "$K")" != "$first" ]
  run "$LUCID" find "$R" phone=00CANARY00007 --format csv
  says "$on: a sealed field is found by its value" "H00007"
  run "$LUCID" history "$R" H00007 --reveal
  says "$on: ... and opens" "00CANARY00007"
  fails "$on: the old key is refused" 9 "wrong key" "$LUCID" history "$R" H00007 --reveal --key "$K.$first"
  sound "$on: all is sound" "$R"
  run "$LUCID" import "$R" --format csv
  says "$on: the same data again change nothing" "2026,900,0,0,0,900,0,0"

  # Interrupted after the commit: the new key has its passing name, the old one its own.
  second=$(sed -n 's/^id //p' "$K")
  "$LUCID" key rotate "$R" --quiet >/dev/null 2>&1
  mv "$K" "$K.new" && mv "$K.$second" "$K"
  run "$LUCID" find "$R" phone=00CANARY00007 --format csv
  says "$on: interrupted after the commit, everything works" "H00007"
  run "$LUCID" fsck "$R"
  says "$on: ... fsck notes it" "a change of the key was interrupted"
  run "$LUCID" key rotate "$R"
  says "$on: ... and rotate finishes it" "an interrupted change of the key is finished"
  ok "$on: ... the files are right" [ ! -e "$K.new" -a -e "$K.$second" ]
  # Interrupted before the commit: half a new key lies there.
  printf 'lucid-key 1\nid 12' >"$K.new"; chmod 600 "$K.new"
  run "$LUCID" find "$R" phone=00CANARY00008 --format csv
  says "$on: interrupted before the commit, everything works" "H00008"
  ok "$on: ... and a rotation can be done" run "$LUCID" key rotate "$R"

  fails "$on: erasing wants the number again" 2 "nothing was erased" "$LUCID" erase "$R" H00007
  ok "$on: a household is erased" run "$LUCID" erase "$R" H00007 --confirm H00007
  run "$LUCID" history "$R" H00007 --reveal
  says "$on: its sealed fields read erased" "erased"
  ok "$on: a key can be changed after that" run "$LUCID" key rotate "$R"
  sound "$on: ... and all is sound" "$R"
  rm -f "$K"; fails "$on: without the key it cannot be changed" 9 "HINT" "$LUCID" key rotate "$R"
}

registry "$DIR" 300
"$LUCID" copy "$DIR/x.lucid" "$LUCID_TEST_PG" >/dev/null 2>&1
id=$(sed -n 's/^id //p' "$DIR/x.lucid.key")
mkdir -p "$XDG_DATA_HOME/lucid/lucid-$id" && cp -p "$DIR/x.lucid.key" "$XDG_DATA_HOME/lucid/lucid-$id/registry.key"
life file "$DIR/x.lucid" "$DIR/x.lucid.key"
life database "$LUCID_TEST_PG" "$XDG_DATA_HOME/lucid/lucid-$id/registry.key"
finish
