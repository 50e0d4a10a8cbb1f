#!/bin/sh
# Every verb that prints a result prints it for programs too: --format json is JSON and --format csv is CSV, whatever the verb. On files only: what is
# printed does not depend on the engine.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/flow/village/village.sh"

asked=" help rule" # a text, and a line of JSON
# told FORMAT VERB ARGUMENTS...: the verb's result in that format, and nothing else on standard output
told() {
  format=$1 verb=$2; shift
  asked="$asked $verb"
  run "$LUCID" "$@" --format $format
  case $format in
  json) python3 -c 'import json, sys; v = json.load(open(sys.argv[1])); sys.exit(not isinstance(v, (list, dict)))' "$DIR/.out" 2>/dev/null ;;
  csv) python3 -c 'import csv, sys; rows = list(csv.reader(open(sys.argv[1], newline="", encoding="utf-8-sig"))); sys.exit(len(rows) < 1 or len({len(r) for r in rows}) != 1)' "$DIR/.out" 2>/dev/null ;;
  esac
  good=$?
  if [ $good = 0 ] && [ "$rc" -le 1 ]; then pass "$verb prints its result as $format"; else fail "$verb prints its result as $format ($*)"; fi
}
for f in json csv; do
  mkdir "$DIR/$f"
  village "$DIR/$f"
  people 12 1 "$DIR/$f/programme/data"
  P=$DIR/$f/programme R=$DIR/$f.lucid
  told $f new "$DIR/$f/new"
  told $f new "$DIR/$f/copy" --from xiangxi
  told $f confirm "$DIR/$f/copy" params.rate_grain --by office
  told $f confirm "$DIR/$f/copy"
  told $f check "$P"
  told $f synth "$TOP/programmes/xiangxi" --seed 1 --scale 0.0001 --out "$DIR/$f/made"
  told $f init "$P" "$R"
  told $f status "$R"
  told $f round open "$R" 2026
  told $f import "$R"
  told $f set "$R" H00001 income=77
  told $f undo "$R"
  told $f round seed "$R" --text "1 2 3" --from "a lottery"
  told $f change move "$R" H00002 village_code=V12 --on 2026-01-02 --evidence seen
  told $f history "$R" H00002
  told $f find "$R" phone=00CANARY00007
  told $f check-households "$R"
  told $f sheet "$R" --out "$DIR/$f/s.csv"
  sed -i '/^H00003,household,,income/s/,$/,99/' "$DIR/$f/s.csv"
  told $f sheet "$R" --take "$DIR/$f/s.csv"
  told $f round close "$R"
  told $f round list "$R"
  told $f adopt "$R" "$P"
  told $f identify "$R"
  told $f explain "$R" H00003
  told $f diff "$R" --programme "$P"
  told $f report "$R" --out "$DIR/$f/r.html"
  told $f export "$R" --out "$DIR/$f/exported"
  told $f fsck "$R"
  told $f backup "$R" "$DIR/$f/b.lucid"
  told $f copy "$R" "$DIR/$f/c.lucid"
  told $f restore "$DIR/$f/b.lucid" "$DIR/$f/d.lucid" --dry-run
  told $f restore "$DIR/$f/b.lucid" "$DIR/$f/d.lucid"
  told $f migrate "$R"
  told $f key sheet "$R"
  told $f key rotate "$R"
  told $f erase "$R" H00004 --confirm H00004
  told $f run "$P" --out "$DIR/$f/out"
done
# Flows of their own have something to show of these.
asked="$asked shards plan monitor transfer" missing=
for v in $("$LUCID" help | sed -n 's/^  \([a-z_-]*\) .*/\1/p'); do
  case " $asked " in *" $v "*) ;; *) missing="$missing $v" ;; esac
done
rc= errs= out=$missing
ok "no verb is left out here, or has a flow of its own" [ -z "$missing" ]
finish
