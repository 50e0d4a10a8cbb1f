#!/bin/sh
# A year's plan as a county office, a household and an auditor meet it: a made-up part of the prefecture whose money is cut so that it binds. On files: a plan reads a
# snapshot, whose bytes are the same from either engine.
. "$(dirname "$0")/lib.sh"
P=$DIR/p
VERIFY=$(dirname "$LUCID")/lucid-verify-plan
cp -r "$TOP/programmes/xiangxi" "$P"
# one township, a part of the money, and one measure a household, so that lists are short
python3 - "$TOP/programmes/xiangxi/plan_funds.csv" "$P/plan_funds.csv" <<'PY'
import csv, sys
rows = list(csv.reader(open(sys.argv[1], encoding="utf-8")))
at = rows[0].index("amount")
for r in rows[1:]: r[at] = str(int(float(r[at]) / 2000))
csv.writer(open(sys.argv[2], "w", encoding="utf-8", newline="\n"), lineterminator="\n").writerows(rows)
PY
sed -i 's/^  most: [0-9]*/  most: 1/' "$P/programme.yaml"
"$LUCID" synth "$P" --seed 1 --scale 0.0005 --out "$DIR/made" --quiet >/dev/null || fail "people are made"
R=$DIR/r.lucid
"$LUCID" init "$P" "$R" --quiet >/dev/null && "$LUCID" round open "$R" 2016 --year 2016 --quiet >/dev/null
fails an_open_round_has_no_plan 5 "still open" "$LUCID" plan "$R" --draws 0
"$LUCID" import "$R" --data "$DIR/made/2016" --quiet >/dev/null 2>&1
"$LUCID" round close "$R" 2016 --quiet >/dev/null
"$LUCID" identify "$R" --quiet >/dev/null

# ---- the plan ----
run "$LUCID" plan "$R" --draws 0 --quiet
ok a_plan_is_made [ "$rc" = 0 ]
says guarantees_come_first "Guarantees, before anything else"
says it_says_how_near_the_best_it_is "of the best possible at the least"
says without_doubts_it_is_not_for_export "it is not for export"
run "$LUCID" plan "$R" --draws 0 --quiet --lang zh
says in_chinese_too "保障先行"
run "$LUCID" plan "$R" --draws 0 --quiet --format json
ok as_json python3 -c 'import json, sys; p = json.load(open(sys.argv[1])); sys.exit(not (p["value"] <= p["bound"] and p["measures"] and p["funds"]))' "$DIR/.out"
model() { "$LUCID" plan "$R" --draws 0 --quiet --format json --threads "$1" | python3 -c 'import json, sys; p = json.load(sys.stdin); print(p["model"], p["value"], p["bound"])'; }
ok any_number_of_threads_gives_the_same_plan [ "$(model 1)" = "$(model 3)" ]
for t in limits diagnosis places; do
  run "$LUCID" plan "$R" --table $t --format csv --draws 0 --quiet
  ok "the_table_of_$t" [ "$rc" = 0 ]
done
run "$LUCID" plan "$R" --table funds --format csv --quiet
ok no_fund_is_overspent awk -F, 'NR > 1 && $NF < 0 { bad = 1 } END { exit bad }' "$DIR/.out"
fails a_table_there_is_not 2 "there is no table" "$LUCID" plan "$R" --table nothing
fails nothing_was_recorded 4 "no plan run yet" "$LUCID" plan lines "$R"
fails no_bundle_without_doubts 2 "not for export" "$LUCID" plan "$R" --draws 0 --dry-run --bundle "$DIR/none"

# ---- recorded, answered ----
run "$LUCID" plan "$R" --draws 5 --bundle "$DIR/bundle" --xlsx "$DIR/plan.xlsx"
ok it_is_recorded_and_taken_away [ "$rc" = 0 ]
says with_its_number "recorded as plan"
run "$LUCID" plan lines "$R" --format csv
cp "$DIR/.out" "$DIR/lines.csv"
ok its_lines_are_rows [ "$(wc -l <"$DIR/lines.csv")" -gt 20 ]
household=$(awk -F, 'NR > 1 && $4 != "" { print $4; exit }' "$DIR/lines.csv")
measure=$(awk -F, 'NR > 1 && $4 != "" { print $5; exit }' "$DIR/lines.csv")
run "$LUCID" plan explain "$R" "$household" --quiet
says the_household_hears_why "planned"
run "$LUCID" plan refuse "$R" "$household" --measure "$measure" --reason "no time for it"
says a_household_may_refuse "1 lines of plan"
fails not_twice 4 "no such line" "$LUCID" plan refuse "$R" "$household" --measure "$measure"
run "$LUCID" plan accept "$R"
ok the_office_accepts_the_rest [ "$rc" = 0 ]
run "$LUCID" plan lines "$R" --format csv
ok what_was_refused_is_not_accepted_over_its_head [ "$(grep -c ',refuse' "$DIR/.out")" = 1 ]
run "$LUCID" plan explain "$R" "$household" --quiet
says what_was_refused_is_not_offered_again "the household refused it"
run "$LUCID" plan withdraw "$R" "$household"
ok an_answer_can_be_taken_back [ "$rc" = 0 ]
run "$LUCID" fsck "$R" --quiet
ok the_registry_is_whole [ "$rc" = 0 ]

# ---- the auditor ----
run "$LUCID" plan verify "$DIR/bundle"
says rules_and_data_give_this_model "holds: rules and data give this model"
run "$VERIFY" "$DIR/bundle"
says the_checker_apart_agrees "holds: the plan is possible"
value() { sed -n 's/.*worth \([0-9]*\);.*/\1/p' "$DIR/.out"; }
ok to_the_last_unit [ "$(value)" = "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["value"])' "$DIR/bundle/plan.json")" ]
cp -r "$DIR/bundle" "$DIR/bad"
printf '\377' | dd of="$DIR/bad/plan.bin" bs=1 seek=170 conv=notrunc 2>/dev/null
run "$LUCID" plan verify "$DIR/bad"
ok a_changed_choice_is_found_out [ "$rc" != 0 ]
run "$VERIFY" "$DIR/bad"
ok by_the_checker_apart_too [ "$rc" = 1 ]
cp "$DIR/bundle/plan.bin" "$DIR/bad/plan.bin"
head -c 5000 "$DIR/bundle/model.bin" >"$DIR/bad/model.bin"
fails a_model_cut_off 11 "shorter" "$LUCID" plan verify "$DIR/bad"
cp "$DIR/bundle/model.bin" "$DIR/bad/model.bin"
sed -i 's/discount: 0.05/discount: 0.06/' "$DIR/bad/programme/programme.yaml"
grep -q 'discount: 0.06' "$DIR/bad/programme/programme.yaml" || sed -i 's/^  horizon: 5/  horizon: 6/' "$DIR/bad/programme/programme.yaml"
run "$LUCID" plan verify "$DIR/bad"
ok other_rules_are_found_out [ "$rc" != 0 ]
PY=python3
$PY -c 'import openpyxl' 2>/dev/null || PY=/usr/bin/python3
if $PY -c 'import openpyxl' 2>/dev/null; then
  ok the_workbook_opens $PY -c 'import openpyxl, sys; b = openpyxl.load_workbook(sys.argv[1]); assert len(b.worksheets) == 11 and b["lines"].max_row > 20, b.sheetnames' "$DIR/plan.xlsx"
else skip the_workbook_opens "python3-openpyxl is not there"; fi

# ---- what if ----
cat >"$DIR/s.yaml" <<YAML
scenario: {title: half the money}
funds: [{name: county, factor: 0.5}]
wishes: [{household: "$household", measure: $measure, wish: forbid}]
YAML
run "$LUCID" plan "$R" --scenario "$DIR/s.yaml" --draws 0 --quiet
says wishes_are_met_and_their_cost_is_said "1 of 1 wishes are met"
run "$LUCID" plan compare "$R" - "$DIR/s.yaml" --quiet --format csv
ok two_plans_side_by_side [ "$rc" = 0 ]
printf 'funds: [{name: countyy, factor: 0.5}]\n' >"$DIR/s.yaml"
fails a_mistake_in_a_scenario_has_its_line 3 "did you mean \`county\`" "$LUCID" plan "$R" --scenario "$DIR/s.yaml" --draws 0 --quiet
printf 'force: [{product: ponkan, mu: 300000}]\n' >"$DIR/s.yaml"
fails a_forced_glut_is_refused 5 "are refused; up to" "$LUCID" plan "$R" --scenario "$DIR/s.yaml" --draws 0 --quiet
run "$LUCID" plan frontier "$R" --fund county --from 20000 --to 80000 --steps 3 --format csv --quiet
ok poverty_falls_with_the_money awk -F, 'NR > 2 && $3 > before + 0.002 { bad = 1 } NR > 1 { before = $3 } END { exit bad || NR != 4 }' "$DIR/.out"
run "$LUCID" plan options "$R" --from 2016 --to 2016 --draws 0 --format csv --quiet
ok four_options_are_ranked [ "$(grep -c ',1,' "$DIR/.out")" -ge 1 ]

# ---- no blind rush: the prefecture's own case, from what was known before ----
run "$LUCID" plan market "$P" --product ponkan --mu 700000 --existing 0 --over 8 --draws 300
ok the_ponkan_of_2007_is_refused [ "$rc" = 1 ]
says with_days_against_days "the crop keeps"
says on_iced_roads_too "on disturbed transport (500 t a day)"
says over_how_much_of_the_range "of 300 draws"
run "$LUCID" plan market "$P" --product ponkan --mu 700000 --existing 0 --over 8 --format csv --draws 0
spoilt=$(tr -d '\r' <"$DIR/.out" | awk -F, 'NR > 1 && $9 + 0 > most + 0 { most = $9 + 0 } END { print most + 0 }')
ok some_hundred_thousand_tonnes_would_spoil [ "$spoilt" -gt 300000 ]
ok and_fewer_than_were_harvested [ "$spoilt" -lt 600000 ]
run "$LUCID" plan market "$P" --product walnut --mu 300000 --draws 100
ok a_county_of_walnuts_is_refused [ "$rc" = 1 ]
run "$LUCID" plan market "$P" --product tea --mu 20000 --draws 100
ok tea_is_allowed [ "$rc" = 0 ]
fails a_product_there_is_not 4 "has no product" "$LUCID" plan market "$P" --product pear --mu 3

# ---- changed rules ----
sed -i 's/^  - {name: near_line, value: 1.2/  - {name: near_line, value: 1.3/' "$P/programme.yaml"
"$LUCID" adopt "$R" "$P" --quiet >/dev/null 2>&1
run "$LUCID" plan "$R" --draws 3
says a_plan_by_changed_rules_is_not_recorded "not recorded: identify the round"
before=$("$LUCID" plan lines "$R" --format csv | wc -l)
ok and_the_one_before_stays [ "$before" = "$(wc -l <"$DIR/lines.csv")" ]
run "$LUCID" run "$TOP/programmes/eu-silc" --out "$DIR/eu" --quiet
[ "$rc" = 0 ] && fails a_programme_without_a_plan_says_so 3 "has no section" "$LUCID" plan "$(ls "$DIR"/eu/*.lucid | head -1)"
finish
