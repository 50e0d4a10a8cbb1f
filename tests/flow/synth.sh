#!/bin/sh
# A synthetic population: the same bytes from the same seed, its register into the programme's own sources, and faults that are known.
. "$(dirname "$0")/lib.sh"
both
P=$TOP/programmes/xiangxi

run "$LUCID" synth "$P" --seed 7 --scale 0.002 --out "$DIR/a" --format csv
ok "a population is made" [ $rc = 0 ]
says "it says that nobody exists" "synthetic: nobody in"
share=$(printf '%s\n' "$out" | awk -F, '$1 == 2013 { printf "%.6f", $4 / $3 }')
run "$LUCID" synth "$P" --seed 7 --scale 0.002 --out "$DIR/b"
ok "the same seed gives the same bytes" diff -r "$DIR/a" "$DIR/b"
run "$LUCID" synth "$P" --seed 8 --scale 0.002 --out "$DIR/c"
run diff -rq "$DIR/a/2013" "$DIR/c/2013"
ok "another seed gives other people" [ $rc = 1 ]
run sh -c "cat '$DIR'/a/*.csv '$DIR'/a/*/*.csv | grep -v 'synthetic\$'"
ok "every row of every file says that it is synthetic" [ -z "$out" ]
run "$LUCID" synth "$P" --seed 7 --scale 0.004 --out "$DIR/d"
run sh -c "sort '$DIR/d/truth-2016.csv' >'$DIR/many'; sort '$DIR/a/truth-2016.csv' | comm -23 - '$DIR/many'"
ok "a larger scale holds the same households" [ -z "$out" ]

fails "a seed must be named" 2 "say which seed" "$LUCID" synth "$P" --out "$DIR/x"
fails "a folder with files is left alone" 5 "is not empty" "$LUCID" synth "$P" --seed 1 --out "$DIR/a"
fails "an unknown fault is refused by name" 2 'there is no fault "bribes"' "$LUCID" synth "$P" --seed 1 --out "$DIR/x" --faults bribes=0.1
fails "a programme without a model is refused" 4 "no model of a synthetic population" "$LUCID" synth "$TOP/programmes/eu-silc" --seed 1 --out "$DIR/x"

R=$(reg r)
run "$LUCID" init "$P" "$R"
run "$LUCID" round open "$R" synthetic-2013 --year 2013
run "$LUCID" import "$R" --data "$DIR/a/2013"
ok "one command takes all that was made" [ $rc = 0 ]
run "$LUCID" round close "$R" synthetic-2013
run "$LUCID" identify "$R"
head=$(printf '%s\n' "$out" | awk '/headcount ratio/ { print $3; exit }')
near "incomes computed line by line agree with the register" "$head" "$share" 0.0001

run "$LUCID" synth "$P" --seed 7 --scale 0.002 --as snapshot --round 2013 --out "$DIR/s" --format csv
ok "a round is frozen without a registry between" [ $rc = 0 ]
frozen=$(printf '%s\n' "$out" | awk -F, '$1 == 2013 { print $6 }')
ok "its columns are those of the files, imported and closed" cmp "$(snapshots_of r)"/*/home-*.segment "$DIR/s/2013/$frozen"/home-*.segment
run sh -c "LUCID_THREADS=1 '$LUCID' synth '$P' --seed 7 --scale 0.02 --as snapshot --round 2018 --out '$DIR/s1' && LUCID_THREADS=3 '$LUCID' synth '$P' --seed 7 --scale 0.02 --as snapshot --round 2018 --out '$DIR/s3'"
ok "any number of threads gives the same bytes" diff -r "$DIR/s1" "$DIR/s3"
on_databases && finish # what follows is made without a registry
run "$LUCID" synth "$P" --seed 11 --scale 1 --as snapshot --round 2013 --round 2016 --round 2018 --round 2019 --out "$DIR/p" --format csv
rm -rf "$DIR/p"
all=$out
for year in 2013 2016 2018 2019; do
  share=$(printf '%s\n' "$all" | awk -F, -v y=$year '$1 == y { printf "%.6f", $4 / $3 }')
  case $year in 2013) published=0.3193 ;; 2016) published=0.1614 ;; 2018) published=0.0439 ;; *) published=0.0065 ;; esac
  near "everybody at once: the register meets the published share of $year within 1 %" "$share" $published 0.01
done
fails "a round that is not there is refused" 2 "there is no round 2014" "$LUCID" synth "$P" --seed 1 --as snapshot --round 2014 --out "$DIR/x"
fails "a round is a year" 2 "a year is wanted" "$LUCID" synth "$P" --seed 1 --as snapshot --round first --out "$DIR/x"
fails "a form that is not there is refused" 2 "csv or snapshot" "$LUCID" synth "$P" --seed 1 --as parquet --out "$DIR/x"

run "$LUCID" synth "$P" --seed 7 --scale 0.01 --out "$DIR/dry" --dry-run --format csv
told=$(printf '%s\n' "$out" | awk -F, 'NR == 2 { print $3 }')
ok "a dry run writes nothing" [ ! -e "$DIR/dry" ]
run "$LUCID" synth "$P" --seed 7 --scale 0.01 --as snapshot --out "$DIR/wet" --format csv
near "and told about how many households there would be" "$told" "$(printf '%s\n' "$out" | awk -F, 'NR == 2 { print $2 }')" 0.03
run "$LUCID" synth "$P" --seed 7 --scale 49 --as snapshot --out "$DIR/dry" --dry-run --format csv
ok "a nation is 30 million households" sh -c "printf '%s\n' '$out' | awk -F, 'NR == 2 && \$3 > 29000000 && \$3 < 31500000 { found = 1 } END { exit !found }'"
run "$LUCID" synth "$P" --seed 7 --scale 0.002 --out "$DIR/f" --faults duplicate=0.05 --faults split=0.1 --faults below=0.2 --faults one-off=0.2 --faults quantity=0.2 --faults edited=0.2 --faults copied=0.2 --faults payroll=0.05 --faults car=0.05 --faults idle=0.3
ok "faults are planted" [ $rc = 0 ]
for kind in duplicate split below one-off quantity edited copied payroll car idle; do
  ok "$kind is written down" grep -q ",$kind," "$DIR/f/faults.csv"
done
twin=$(awk -F, '$1 == 2013 && $4 == "duplicate" { print $3; exit }' "$DIR/f/faults.csv")
ok "a duplicate stands in the register" grep -q "^$twin," "$DIR"/f/2013/*.csv
id=$(awk -F, '$2 == "car" && $1 == 2013 { print $3; exit }' "$DIR/f/departments.csv")
ok "who owns a car is found by the identity number" grep -q ",$id," "$DIR"/f/2013/*.csv
planted=$(awk -F, '$4 == "idle" { n += $8 } END { print n }' "$DIR/f/faults.csv")
found=$(awk -F, 'NR > 1 && $6 < 0.45 * $4 { n += $4 - $6 } END { print n }' "$DIR/f/funds.csv")
ok "a ledger shows the money that lies idle, and no other" [ "$planted" = "$found" ]
F="--faults duplicate=0.05 --faults split=0.1 --faults below=0.2 --faults one-off=0.2 --faults quantity=0.2 --faults edited=0.2 --faults copied=0.2 --faults payroll=0.05 --faults car=0.05 --faults idle=0.3"
run "$LUCID" synth "$P" --seed 7 --scale 0.002 --as snapshot --round 2013 --round 2016 --round 2018 --round 2019 --out "$DIR/fs" $F --format csv
ok "faults are planted in snapshots of several rounds" [ $rc = 0 ]
frozen=$(printf '%s\n' "$out" | awk -F, '$1 == 2016 { print $6 }')
ok "their truth is that of the files" sh -c "cmp '$DIR/f/faults.csv' '$DIR/fs/faults.csv' && cmp '$DIR/f/departments.csv' '$DIR/fs/departments.csv' && cmp '$DIR/f/funds.csv' '$DIR/fs/funds.csv'"
R=$DIR/f.lucid
run "$LUCID" init "$P" "$R"
run "$LUCID" round open "$R" synthetic-2016 --year 2016
run "$LUCID" import "$R" --data "$DIR/f/2016"
run "$LUCID" round close "$R" synthetic-2016
ok "and their columns those of the files, imported and closed" cmp "$DIR"/f.snapshots/*/home-*.segment "$DIR/fs/2016/$frozen"/home-*.segment
run "$LUCID" synth "$P" --seed 7 --scale 0.002 --as snapshot --round 2016 --out "$DIR/f1" $F --format csv
ok "a round is the same alone" [ "$(printf '%s\n' "$out" | awk -F, '$1 == 2016 { print $6 }')" = "$frozen" ]
found=$(awk -F, 'NR > 1 && $6 < 0.45 * $4' "$DIR/a/funds.csv" | wc -l)
ok "no money lies idle where none was planted" [ "$found" -eq 0 ]
run cmp "$DIR/a/truth-2019.csv" "$DIR/f/truth-2019.csv"
ok "faults leave the truth alone" [ $rc = 0 ]
finish
