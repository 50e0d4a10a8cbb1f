#!/bin/sh
# Another prefecture begins from xiangxi: what it inherits is listed, its decisions are a drill until each value is confirmed, and the mark leaves traces.
. "$(dirname "$0")/lib.sh"
both
X=$TOP/tests/flow/xiangxi
M=$DIR/my-prefecture

run "$LUCID" new "$M" --from xiangxi --dry-run
ok a_dry_run_says_what_would_be_inherited [ "$rc" = 0 ]
says with_the_numbers "values that must be confirmed"
ok and_writes_nothing [ ! -e "$M" ]
run "$LUCID" new "$M" --from xiangxi
ok a_programme_that_came_along_is_copied_by_its_name [ "$rc" = 0 ]
run "$LUCID" check "$M"
ok the_copy_is_clean [ "$rc" = 0 ]
says and_is_known_as_a_drill "decisions are a drill"
says under_its_own_name "my-prefecture"
ok every_other_file_is_the_same cmp -s "$TOP/programmes/xiangxi/areas.csv" "$M/areas.csv"
ok assumed_values_are_listed grep -q '^params.rate_grain,programme.yaml,Cost of grain by rate,粮食生产成本率,0.40,assumed,' "$M/confirm.csv"
ok values_of_that_place_too grep -q '^lines.monitor.2019.43,lines.csv,.*,5000,place,"Hunan' "$M/confirm.csv"
ok and_those_whose_source_names_it grep -q '^identify.exclude.town_home,exclusions.csv,.*,place,' "$M/confirm.csv"
ok national_values_with_a_source_are_not sh -c '! grep -q params.school_from "$0"' "$M/confirm.csv"
fails a_folder_in_use_is_left_alone 5 "exists and is not empty" "$LUCID" new "$M" --from xiangxi
fails no_such_programme_is_said 4 "there is no programme nowhere" "$LUCID" new "$DIR/y" --from nowhere
mkdir "$DIR/broken" && sed 's/rule: year - birth/rule: yaer - birth/' "$M/programme.yaml" >"$DIR/broken/programme.yaml" && cp "$M"/*.csv "$M"/*.geojson "$DIR/broken"
fails a_broken_programme_is_not_copied 3 "yaer" "$LUCID" new "$DIR/y" --from "$DIR/broken"
ok and_nothing_is_left_of_it [ ! -e "$DIR/y" ]
run "$LUCID" new "$DIR/second" --from "$M" --quiet
ok a_copy_can_be_copied [ "$rc" = 0 ]
ok and_has_one_list [ "$(grep -c '^inherited:' "$DIR/second/programme.yaml")" = 1 ]
mkdir "$M/data" && echo secret >"$M/data/people.csv"
"$LUCID" new "$DIR/third" --from "$M" --quiet
ok nobodys_data_are_copied [ ! -e "$DIR/third/data" ]

# ---- decisions of a drill say so everywhere ----
data() { "$LUCID" round open "$1" r --year 2019 --quiet >/dev/null; for s in villages households members income_lines; do "$LUCID" import "$1" --data "$X" --source $s --quiet >/dev/null; done; "$LUCID" round close "$1" r --quiet >/dev/null; }
R=$(reg r)
"$LUCID" init "$M" "$R" --quiet >/dev/null
data "$R"
run "$LUCID" identify "$R" --decisions "$DIR/drill.csv"
ok a_drill_decides [ "$rc" = 0 ]
all=$(($(wc -l <"$M/confirm.csv") - 1))
says on_the_screen "DRILL: $all of $all values"
run "$LUCID" identify "$R" --lang zh
says in_chinese "演练：自 xiangxi 继承的"
run "$LUCID" identify "$R" --format json
says in_the_summary '"drill": true'
run "$LUCID" identify "$R" --format csv
says in_the_rows "drill_unconfirmed"
ok on_every_row_of_the_decisions sh -c '[ "$(grep -vc ",drill$" "$0")" = 0 ]' "$DIR/drill.csv"
run "$LUCID" explain "$R" 7001
says in_an_explanation "DRILL: "
run "$LUCID" explain "$R" 7001 --format json
says and_as_data '"drill": true'
run "$LUCID" report "$R" --out "$DIR/report.html"
ok in_the_report_in_both_languages sh -c 'grep -q "<b>A drill.</b>" "$0" && grep -q "<b>演练。</b>" "$0"' "$DIR/report.html"
ok in_the_record_of_the_run [ -n "$(ask "$R" 'SELECT summary FROM run' | grep '"drill":true')" ]

# ---- confirming ----
fails who_is_needed 2 "say who answers for the value" "$LUCID" confirm "$M" params.rate_grain
fails an_unknown_item_gets_the_nearest 4 "did you mean params.rate_grain?" "$LUCID" confirm "$M" params.rate_grian --by Li
before=$(cksum <"$M/confirm.csv")
run "$LUCID" confirm "$M" params.rate_grain --by "Li Mei" --dry-run
ok a_dry_run_confirms_nothing [ "$(cksum <"$M/confirm.csv")" = "$before" ]
run "$LUCID" confirm "$M" params.rate_grain --by 'Li "Mei", office' --on 2026-02-03
ok a_value_is_confirmed [ "$rc" = 0 ]
ok with_who_and_when grep -q '^params.rate_grain,.*,"Li ""Mei"", office",2026-02-03$' "$M/confirm.csv"
run "$LUCID" confirm "$M" --format csv
ok what_is_left_is_listed_without_it sh -c '! grep -q params.rate_grain "$0"' "$DIR/.out"
sed -i 's/{name: rate_grain, value: 0.40,/{name: rate_grain, value: 0.37,/' "$M/programme.yaml"
run "$LUCID" confirm "$M" --format csv
says a_value_that_changed_is_open_again "params.rate_grain,changed,Cost of grain by rate,0.40,0.37"
run "$LUCID" check "$M" --assumed --format csv
says check_shows_what_is_left "params.rate_grain,Cost of grain by rate,0.37,assumed,changed"
cp -r "$M" "$DIR/cut" && sed -i '/^params.rate_grain,/d' "$DIR/cut/confirm.csv"
fails a_row_cannot_be_taken_out 3 "lost or gained rows" "$LUCID" check "$DIR/cut"
# A jurisdiction's own line, as Qianxinan had one of 3,335 yuan in 2017: one row more
sed -i '/^national,.*,2017,\*,/a national,true,poverty line,贫困线,2017,433124,3335,a decree of the county,' "$M/lines.csv"
run "$LUCID" check "$M"
ok a_county_may_have_its_own_line [ "$rc" = 0 ]
tail -n +2 "$M/confirm.csv" | cut -d, -f1 | head -n 40 | while read -r item; do "$LUCID" confirm "$M" "$item" --by office --on 2026-02-04 --quiet || echo "$item" >>"$DIR/unconfirmed"; done
ok all_are_confirmed [ ! -e "$DIR/unconfirmed" ]
sed -i 's/,,$/,office,2026-02-04/' "$M/confirm.csv" # the rest as in a spreadsheet
run "$LUCID" confirm "$M"
says and_it_is_no_drill_any_more "values are confirmed: no drill"
run "$LUCID" identify "$R" --format json
says a_registry_works_by_its_own_copy '"drill": true'
run "$LUCID" adopt "$R" "$M"
says and_takes_the_confirmation_in_as_an_event "the registry now works by"
run "$LUCID" identify "$R" --decisions "$DIR/real.csv" --format json
says then_it_decides_for_good '"drill": false'
ok the_rows_are_clean sh -c '! grep -q drill "$0"' "$DIR/real.csv"

S=$(reg s)
# ---- whoever takes the list out leaves a trace ----
awk '/^inherited:/ {exit} {print}' "$DIR/second/programme.yaml" >"$DIR/p.yaml"
"$LUCID" init "$DIR/second" "$S" --quiet >/dev/null
cp "$DIR/second/programme.yaml" "$DIR/kept.yaml" && cp "$DIR/p.yaml" "$DIR/second/programme.yaml"
run "$LUCID" adopt "$S" "$DIR/second"
says a_list_taken_out_is_told "the list of inherited values is gone; $all"
finish
