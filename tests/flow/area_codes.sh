#!/bin/sh
# Codes of places that change: former codes and names come in and count where the place is now; a list can go out as of a day. Invented places.
. "$(dirname "$0")/lib.sh"
both
P=$DIR/p
mkdir -p "$P/data"
cat >"$P/programme.yaml" <<'Y'
programme: {name: p, title: Codes, currency: CNY, years: {from: 2010, to: 2026}}
areas: {levels: [{name: county, home: true}, {name: village}], list: {file: areas.csv}, household: place}
fields:
  - {name: place, type: choice, choices: {areas: village}, required: true}
  - {name: income, type: money}
  - {name: age, level: members, type: integer}
  - {name: clinic, level: village, type: boolean}
derive: [{name: w, rule: income * 1.0}]
lines: [{name: n, amounts: [{year: 2010, amount: 100, source: a test}]}]
identify: {include: [{name: poor, rule: w < line}]}
sample: {welfare: w}
sources:
  - {name: households, file: households.csv, household: number, map: {place: village_code, income: income}}
  - {name: named, file: named.csv, household: number, optional: true, map: {place: {column: village, within: [county]}, income: income}}
  - {name: villages, file: villages.csv, level: village, village: code, optional: true}
Y
cat >"$P/areas.csv" <<'Y'
code,level,parent,name.en,name.zh,from,to,replaced_by
c1,county,,Qing County,清县,,,
v1,village,c1,Upper,上村,,,
v2,village,c1,Lower,下村,,,
v6,village,c1,Side,侧村,,,
Y
printf 'number,village_code,income\n1,v1,50\n2,v2,500\n' >"$P/data/households.csv"
R=$(reg r)
"$LUCID" init "$P" "$R" --quiet >/dev/null
"$LUCID" round open "$R" 2014 --year 2014 --quiet >/dev/null
run "$LUCID" import "$R" --source households
ok before_the_change_all_is_plain [ "$rc" = 0 ]
"$LUCID" round close "$R" 2014 --quiet >/dev/null

# The county becomes a district, and its two villages are merged into one under a new code and the name of one of them.
cat >"$P/areas.csv" <<'Y'
code,level,parent,name.en,name.zh,from,to,replaced_by
c1,county,,Qing County,清县,,2016-12-31,d1
d1,county,,Qing District,清区,2017-01-01,,
v1,village,c1,Upper,上村,,2016-12-31,v3
v2,village,c1,Lower,下村,,2016-12-31,v3
v3,village,d1,Lower,下村,2017-01-01,,
v6,village,c1,Side,侧村,,2016-12-31,v7
v7,village,d1,Side,侧村,2017-01-01,,
Y
run "$LUCID" adopt "$R" "$P"
ok a_change_of_codes_is_adopted [ "$rc" = 0 ]
run "$LUCID" identify "$R" --round 2014 --decisions "$DIR/old.csv"
ok an_old_round_is_decided_again [ "$rc" = 0 ]
ok and_counts_where_the_places_are_now [ "$(cut -d, -f2 "$DIR/old.csv" | sort -u | tr '\n' ' ')" = "area v3 " ]
"$LUCID" round open "$R" 2018 --year 2018 --quiet >/dev/null
printf 'number,village_code,income\n1,v1,60\n3,v3,70\n' >"$P/data/households.csv"
run "$LUCID" import "$R" --source households --format json
ok a_former_code_still_comes_in [ "$rc" = 0 ]
printf 'number,county,village,income\n4,清县,上村,10\n5,Qing District,Lower,20\n6,清县,下村,30\n7,清县,侧村,30\n' >"$P/data/named.csv"
run "$LUCID" import "$R" --source named
ok former_names_too_within_former_and_present_counties [ "$rc" = 0 ]
printf 'code,clinic\nv2,1\n' >"$P/data/villages.csv"
run "$LUCID" import "$R" --source villages
ok and_facts_of_a_village_under_its_former_code [ "$rc" = 0 ]
"$LUCID" round close "$R" 2018 --quiet >/dev/null
run "$LUCID" identify "$R" --decisions "$DIR/new.csv"
ok all_are_decided_at_one_place [ "$(cut -d, -f2 "$DIR/new.csv" | sort | uniq -c | tr -s ' ' | tr '\n' ';')" = " 1 area; 6 v3; 1 v7;" ]
run "$LUCID" fsck "$R"
ok the_registry_is_whole [ "$rc" = 0 ]
run "$LUCID" export "$R" --source households --out "$DIR/now" --quiet
ok a_list_goes_out_under_present_codes grep -q '^3,v3,' "$DIR/now/households.csv"
run "$LUCID" export "$R" --source villages --out "$DIR/then" --codes-on 2014-06-30 --quiet
run "$LUCID" export "$R" --source named --out "$DIR/then" --codes-on 2014-06-30 --quiet
ok or_under_those_of_a_day [ "$rc" = 0 ]
ok with_the_names_of_that_day grep -q '^7,Qing County,Side,' "$DIR/then/named.csv"
ok where_several_were_merged_the_present_one_stands grep -q '^3,Qing District,Lower,' "$DIR/then/named.csv"
run "$LUCID" export "$R" --source households --out "$DIR/then" --codes-on 2014-06-30 --quiet
ok and_its_codes grep -q '^7,v6,' "$DIR/then/households.csv"
fails a_day_is_a_date 2 "is not a date" "$LUCID" export "$R" --source named --out "$DIR/x" --codes-on spring
fails and_goes_with_a_source 2 "goes with --source" "$LUCID" export "$R" --out "$DIR/x" --codes-on 2014-06-30
sed -i 's/,2016-12-31,d1/,,d1/' "$P/areas.csv"
fails a_replaced_code_needs_its_end 3 "has no end" "$LUCID" check "$P"
finish
