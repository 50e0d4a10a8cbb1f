#!/bin/sh
# Bad files through the program: each is refused with a message that names the file, the row and the matter, the exit code says
# what kind of trouble it was, and the registry is exactly as before.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/flow/village/village.sh"
both

R=$(reg x)
registry "$DIR" 20 "$R" || exit 1
f=$DIR/in
mkdir "$f"
heads=hid,v,batch,income,weight,car,phone
state() { ask "$R" 'SELECT count(*), max(id) FROM event; SELECT key, from_event FROM household ORDER BY key; SELECT count(*) FROM member' | sha256sum; }
before=$(state)
changed=

# refused NAME EXIT TEXT ARGUMENT...: lucid import with these must fail so, and leave everything as it was
refused() {
  title=$1 code=$2 words=$3; shift 3
  fails "$title" "$code" "$words" "$LUCID" import "$R" --quiet "$@"
  now=$(state)
  [ "$now" = "$before" ] || { changed="$changed; $title"; before=$now; }
}
households() { mkdir -p "$f/$1" && cat >"$f/$1/households.csv"; }

# ---- rows ----

printf '%s\nH1,V11,1,5,1,no,\nH2,V11,1,5,1,no\nH3,V11,1,5,1,no,,,\n' $heads | households ragged
refused "ragged rows are counted, the first is named" 3 "2 of 3 rows are refused; the first is row 2 (line 3): 6 cells where the headings are 7" --source households --data "$f/ragged"
refused "... with the file's name" 3 "in/ragged/households.csv" --source households --data "$f/ragged"
refused "... in a dry run as well" 3 "row 2 (line 3)" --source households --data "$f/ragged" --dry-run
refused "... and refused rows are written" 3 "$f/refused.csv" --source households --data "$f/ragged" --refused "$f/refused.csv"
ok "... each with its problem" test "$(grep -c 'cells where the headings are 7' "$f/refused.csv")" = 2
printf '%s\nH1,V11,1,5,1,no,\nH2,V11,1,5,1,no,\nH1,V12,1,6,1,no,\n' $heads | households twice
refused "a household given twice names both rows" 3 "row 3 (line 4): household H1 was given before, in row 1" --source households --data "$f/twice"
printf '%s\n,V11,1,5,1,no,\n' $heads | households nameless
refused "a household without a number is named by its row" 3 "row 1" --source households --data "$f/nameless"
mkdir "$f/orphans" && printf 'hid,no,age,idno\nH00001,9,5,\nH77777,1,30,\n' >"$f/orphans/members.csv"
refused "a member without a household is named" 3 "row 2 (line 3): household H77777 is neither in this import nor in the registry" --source members --data "$f/orphans"
mkdir "$f/double" && printf 'hid,no,age,idno\nH00001,9,5,\nH00001,9,6,\n' >"$f/double/members.csv"
refused "a member given twice names both rows" 3 "row 2: member 9 of household H00001 was given before, in row 1" --source members --data "$f/double"
printf '%s\nH1,V11,1,5,-0.5,no,\n' $heads | households negative
refused "a negative weight" 3 'weight: "-0.5" is below the least allowed, 0' --source households --data "$f/negative"
n=0
for value in NaN nan inf -inf Infinity 1e999 -1e999 0x1p3 1,5 '5 000' --5 5e 1.2.3; do
  n=$((n + 1))
  printf '%s\nH1,V11,1,5,"%s",no,\n' $heads "$value" | households "number$n"
  refused "no number: $value" 3 "weight" --source households --data "$f/number$n"
  printf '%s\nH1,V11,1,"%s",1,no,\n' $heads "$value" | households "money$n"
  [ "$value" = '5 000' ] || [ "$value" = 1,5 ] || refused "no amount: $value" 3 "income" --source households --data "$f/money$n"
done
printf '%s\nH1,V11,1,99999999999999999999,1,no,\n' $heads | households huge
refused "an amount beyond all bounds" 3 "income" --source households --data "$f/huge"
printf '%s\nH1,V11,3000000,5,1,no,\n' $heads | households above
refused "a number above the most allowed" 3 "batch: 3000000 is above the most allowed, 1000000" --source households --data "$f/above"
printf '%s\nH1,V99,1,5,1,no,\n' $heads | households place
refused "an area that the programme does not have" 3 'household H1 is in area "V99", which the programme does not have' --source households --data "$f/place"

# ---- files ----

printf '%s\n' $heads | households empty
refused "headings and nothing else" 3 "no rows" --source households --data "$f/empty"
: | households nothing
refused "an empty file" 3 "households.csv" --source households --data "$f/nothing"
printf '\n\n\n' | households lines
refused "empty lines only" 3 "households.csv" --source households --data "$f/lines"
printf 'hid,v,batch,income,weight,car\nH1,V11,1,5,1,no\n' | households short
refused "a column that is not there is named" 3 "has no column phone" --source households --data "$f/short"
printf 'hid,v,v,batch,income,weight,car,phone\nH1,V11,V12,1,5,1,no,\n' | households same
refused "a heading that stands twice" 3 "v" --source households --data "$f/same"
printf '%s\nH1,V11,1,5,1,no,"0\nH2,V11,1,5,1,no,\n' $heads | households quote
refused "a quote that is never closed" 3 "line 2" --source households --data "$f/quote"
printf '%s\nH1,V11,1,5,1,no,\0\n' $heads | households nul
refused "a NUL byte" 3 "row 1" --source households --data "$f/nul"
printf '%s\nH\377\376,V11,1,5,1,no,\n' $heads | households latin
run "$LUCID" import "$R" --quiet --source households --data "$f/latin" --dry-run
ok "bytes of no encoding are refused or their encoding is said" test "$rc" = 3 -o "$rc" = 0
printf '%s\nH1,V11,1,5,1,no,\n' $heads | iconv -t UTF-16 | households utf16
refused "UTF-16 is named" 3 "UTF-16" --source households --data "$f/utf16"
head -c 20000 /dev/urandom | households noise
refused "noise" 3 "households.csv" --source households --data "$f/noise"
mkdir -p "$f/folder/households.csv"
refused "a folder instead of a file" 3 "households.csv" --source households --data "$f/folder"
mkdir "$f/absent"
refused "a file that is not there" 4 "absent/households.csv" --source households --data "$f/absent"
says "... with a hint" "HINT"
refused "a data folder that is not there" 4 "nowhere" --data "$f/nowhere"
refused "a source that is not there" 4 'no source "visits"' --source visits
mkfifo "$f/pipe"
fails "a pipe instead of a file does not hang" 3 "in/pipe" timeout 20 "$LUCID" import "$R" --file "$f/pipe" --guess
fails "... nor as a source" 3 "in/fifo/households.csv" sh -c 'mkdir "$1/fifo"; mkfifo "$1/fifo/households.csv"; exec timeout 20 "$0" import "$2" --source households --data "$1/fifo"' "$LUCID" "$f" "$R"

# ---- much ----

awk 'BEGIN { printf "hid,v"; for (i = 3; i <= 10000; i++) printf ",c%d", i; print ""; for (h = 1; h <= 3; h++) { printf "H%d,V11", h; for (i = 3; i <= 10000; i++) printf ",%d", i; print "" } }' >"$f/wide.csv"
printf 'field,column\nhousehold_key,hid\nvillage_code,v\nincome,c5000\n' >"$f/wide.map"
run "$LUCID" import "$R" --quiet --file "$f/wide.csv" --map "$f/wide.map" --dry-run
ok "ten thousand columns are read" test "$rc" = 0
awk 'BEGIN { printf "hid"; for (i = 2; i <= 200000; i++) printf ",c%d", i; print ""; print "H1" }' >"$f/wider.csv"
refused "two hundred thousand are not" 12 "wider.csv" --file "$f/wider.csv" --map "$f/wide.map"

# A gigabyte in one line: a hole in a file costs no disk. 600 MB of address space must do.
with_little_memory() { (ulimit -v 600000; exec "$@"); }
if grep -aq __asan_init "$LUCID" || grep -aq __tsan_init "$LUCID"; then
  skip "a gigabyte in one line within 600 MB" "a sanitizer reserves more address space than that"
  with_little_memory() { "$@"; }
fi
for kind in $(on_files && echo quoted plain zeros); do # the reader refuses them, whatever the engine
  mkdir "$f/line-$kind"
  case $kind in
  quoted) (printf '%s\nH1,V11,1,5,1,no,"' $heads; head -c 1000000000 /dev/zero | tr '\0' 'a'; printf '"\n') >"$f/line-$kind/households.csv" ;;
  plain) (printf '%s\nH1,V11,1,5,1,no,' $heads; head -c 1000000000 /dev/zero | tr '\0' 'a'; printf '\n') >"$f/line-$kind/households.csv" ;;
  zeros) (printf '%s\nH1,V11,1,5,1,no,' $heads) >"$f/line-$kind/households.csv"; truncate -s 1G "$f/line-$kind/households.csv" ;;
  esac
  run with_little_memory "$LUCID" import "$R" --quiet --source households --data "$f/line-$kind"
  ok "a gigabyte in one line ($kind) is refused in little memory" test "$rc" = 12 -o "$rc" = 3
  says "... with the line" "line 2"
  rm -r "$f/line-$kind"
  now=$(state); [ "$now" = "$before" ] || changed="$changed; line $kind"
done
awk -v heads=$heads 'BEGIN { print heads; for (i = 1; i <= 20000; i++) printf "H%d,V11,1,%s,1,no,\n", i, "much" }' | households bad20000
run with_little_memory "$LUCID" import "$R" --quiet --source households --data "$f/bad20000" --refused "$f/all.csv"
ok "twenty thousand refused rows are all written down" test "$rc" = 3 -a "$(wc -l <"$f/all.csv")" = 20001

# ---- an all-missing column: taken, and mentioned ----

printf '%s\nH00001,V11,1,,1,no,\nH00002,V12,1,,1,no,\n' $heads | households blank
run "$LUCID" import "$R" --source households --data "$f/blank" --dry-run
ok "a column without a single value is taken" test "$rc" = 0
says "... and mentioned" "income"

# ---- Stata and R files, cut and damaged ----

printf 'field,column\nhousehold_key,id\n' >"$f/some.map"
for file in "$TOP"/tests/fuzz/corpus/dta/*.dta "$TOP"/tests/fuzz/corpus/rdata/*.rd?; do
  [ -f "$file" ] || continue
  name=${file##*/} size=$(wc -c <"$file") bad=
  for part in 0 1 3 10 25 50 75 90 99; do
    head -c $((size * part / 100)) "$file" >"$f/cut-$part-$name"
    run "$LUCID" import "$R" --quiet --guess --file "$f/cut-$part-$name"
    case $rc in 3) ;; *) bad="$bad $part %: exit $rc $errs;" ;; esac
    case $errs in *"cut-$part-$name"*) ;; *) bad="$bad $part %: no name: $errs;" ;; esac
  done
  now=$(state); [ "$now" = "$before" ] || changed="$changed; $name"
  rc= errs= out=$bad
  ok "$name cut anywhere is refused by name" test -z "$bad"
done
echo "this is text" >"$f/text.dta"
refused "a text called .dta" 3 "text.dta" --guess --file "$f/text.dta"
cp "$f/text.dta" "$f/text.RData"
refused "a text called .RData" 3 "text.RData" --guess --file "$f/text.RData"
printf '\037\213\010\000garbage' >"$f/packed.rds"
refused "a packed file that is garbage inside" 3 "packed.rds" --guess --file "$f/packed.rds"

# ---- maps ----

cp "$DIR/programme/data/households.csv" "$f/good.csv"
printf 'field,column\nhousehold_key,hid\nincome,nowhere\n' >"$f/bad.map"
refused "a map that names a column that is not there" 3 "nowhere" --file "$f/good.csv" --map "$f/bad.map"
printf 'field,column\nhousehold_key,hid\nwealth,income\n' >"$f/bad.map"
refused "a map that names a field that is not there" 3 "wealth" --file "$f/good.csv" --map "$f/bad.map"
printf 'field,column\nhousehold_key,hid\nincome,income\nincome,weight\n' >"$f/bad.map"
refused "a map that fills a field twice" 3 "income" --file "$f/good.csv" --map "$f/bad.map"
: >"$f/bad.map"
refused "an empty map" 3 "bad.map" --file "$f/good.csv" --map "$f/bad.map"
refused "a map that is not there" 4 "none.map" --file "$f/good.csv" --map "$f/none.map"
refused "a map without a file" 2 "--map needs --file" --map "$f/bad.map"

out=$changed rc= errs=
ok "no refused file has left a trace in the registry" test -z "$changed"
sound "the registry is sound" "$R"
ok "no work file is left behind" test -z "$(find "$DIR" -name '*stage*')"
people 21 2 "$DIR/programme/data"
ok "a good import still works" run "$LUCID" import "$R" --quiet

# ---- run: the same refusals through the other door ----

cp -r "$DIR/programme" "$DIR/broken"
printf '%s\nH1,V11,1,x,1,no,\n' $heads >"$DIR/broken/data/households.csv"
fails "run refuses bad rows as import does" 3 'row 1 (line 2): income: "x" is not a number' "$LUCID" run "$DIR/broken" --out "$DIR/run-out"
fails "a programme that is not there" 4 "HINT" "$LUCID" run "$DIR/no-programme" --out "$DIR/run-out2"
printf 'programme: {name: x' >"$DIR/broken/programme.yaml"
fails "a programme that is no YAML names file and line" 3 "broken/programme.yaml:2" "$LUCID" run "$DIR/broken" --out "$DIR/run-out3"
finish
