#!/bin/sh
# A village small enough to check by hand: four outcomes, a tie at the quota, missing answers, other rules, wrong calls.
. "$(dirname "$0")/lib.sh"
both
mkdir -p "$DIR/p/data"
cat >"$DIR/p/programme.yaml" <<'YAML'
programme:
  name: village
  title: {en: A village, zh: 某村}
  languages: [en, zh]
  currency: CNY
  years: {from: 2026, to: 2026}
areas:
  levels: [{name: county, home: true}]
  list: [{code: "4331", level: county, name: {en: Upper county, zh: 上县}}]
  household: county
fields:
  - {name: county, type: choice, choices: {areas: county}, required: true}
  - {name: income, type: money, changeable: true, label: {en: Income, zh: 收入}}
  - {name: size, type: integer, min: 1, max: 20, label: {en: Size, zh: 人口}}
  - {name: car, type: boolean, changeable: true, label: {en: Car, zh: 汽车}}
  - {name: idno, type: text, sealed: true, label: {en: Identity number, zh: 身份证号}}
derive:
  - {name: per_head, rule: income / double(size), label: {en: Income per head, zh: 人均收入}}
lines:
  - {name: poor, kind: absolute, main: true, amount: 2300}
causes:
  - {name: many, rule: size > 4, label: {en: many mouths, zh: 人口多}}
identify:
  include: [{name: below, rule: per_head < line, label: {en: income per head is below the line, zh: 人均收入低于贫困线}}]
  exclude: [{name: has_car, rule: car, label: {en: has a car, zh: 有汽车}}]
  rank: {rule: per_head, order: ascending, label: {en: income per head, zh: 人均收入}}
  quota: {level: county, ties: draw, places: [{area: "4331", places: 3}]}
sample:
  welfare: {rule: per_head}
  persons: size
sources:
  - {name: h, file: h.csv, level: household, household: id, map: {county: county, income: income, size: size, car: car, idno: idno}}
YAML
cat >"$DIR/p/data/h.csv" <<'CSV'
id,county,income,size,car,idno
H01,4331,1000,2,false,CANARY431122199001011111
H02,4331,2000,2,false,CANARY431122199001011112
H03,4331,2000,2,false,CANARY431122199001011113
H04,4331,6000,6,false,CANARY431122199001011114
H05,4331,4000,2,false,CANARY431122199001011115
H06,4331,9000,2,false,CANARY431122199001011116
H07,4331,1000,2,true,CANARY431122199001011117
H08,4331,,2,false,CANARY431122199001011118
H09,4331,1000,,true,CANARY431122199001011119
CSV
run "$LUCID" run "$DIR/p" --out "$DIR/out" --seed "lottery 5"
ok identify_runs [ "$rc" = 0 ]
outcome() { awk -F, -v h="$1" '$1 == h { print $3 }' "$DIR/out/decisions.csv"; }
ok the_poorest_is_selected [ "$(outcome H01)" = selected ]
ok above_the_line_is_not [ "$(outcome H06)" = not_selected ]
ok with_a_car_is_not [ "$(outcome H07)" = not_selected ]
ok without_an_income_is_undecided [ "$(outcome H08)" = undecided ]
ok a_car_decides_whatever_else_is_missing [ "$(outcome H09)" = not_selected ]
ok the_last_in_rank_has_no_place [ "$(outcome H05)" = qualifies_no_place ]
ok the_tie_of_three_leaves_two_places [ "$(for h in H02 H03 H04; do outcome $h; done | grep -c selected)" = 2 ]
draw() { printf 'lottery 5\000%s' "$1" | sha256sum | cut -c1-16; }
last=$(for h in H02 H03 H04; do echo "$(draw $h) $h"; done | sort | tail -1 | cut -d' ' -f2)
ok anyone_redoes_the_draw_with_sha256sum [ "$(outcome "$last")" = qualifies_no_place ]
R=$(moved village "$DIR/out/village.lucid")
run "$LUCID" explain "$R" H08
says explain_names_what_is_missing "Income (not filled in)"
says explain_says_what_an_answer_leads_to "if 4,599.99 or less: qualifies"
says explain_says_the_other_answer "if 4,600.00 or more: not selected"
says explain_says_it_could_take_a_place "could take a place"
winner=H02; [ "$last" = H02 ] && winner=H03
run "$LUCID" explain "$R" "$winner"
says explain_tells_the_draw "published draw with seed \`lottery 5\`"
says explain_says_a_place_is_not_certain "not certain yet"
run "$LUCID" explain "$R" H05
says explain_shows_rank_and_cutoff "position 5. The last place went to 1,000"
run "$LUCID" explain "$R" H07
says explain_shows_the_exclusion "has a car: yes"
says explain_the_smallest_change_is_the_car "Car: no instead of yes"
run "$LUCID" explain "$R" H04 --lang zh
says explain_the_cause_in_chinese "致贫原因：人口多"
run "$LUCID" explain "$R" H06 --format json
ok explain_json_is_json python3 -m json.tool "$DIR/.out" "$DIR/pretty.json"
canary=0
for f in "$DIR"/out/summary.json "$DIR"/out/decisions.csv "$DIR"/out/report.html "$DIR"/pretty.json; do grep -q CANARY "$f" && canary=1; done
ok no_sealed_value_in_any_output [ $canary = 0 ]

fails another_seed_is_refused_afterwards 5 "leave --seed out" "$LUCID" identify "$R" --seed "lottery 6"
run "$LUCID" identify "$R" --format json
ok the_seed_of_the_round_is_used grep -q '"seed_from": "round"' "$DIR/.out"
fails an_unknown_round_is_refused 4 "1999" "$LUCID" identify "$R" --round 1999
fails an_unknown_household_is_refused 4 "H99" "$LUCID" explain "$R" H99
fails a_missing_registry_is_refused 4 "nowhere.lucid" "$LUCID" identify "$DIR/nowhere.lucid"
fails diff_needs_the_other_programme 2 "--programme" "$LUCID" diff "$R"
fails run_needs_a_folder 2 "--out" "$LUCID" run "$DIR/p"
fails an_empty_seed_is_refused 2 "seed" "$LUCID" identify "$R" --seed ""
fails a_folder_in_use_is_refused 5 "not empty" "$LUCID" run "$DIR/p" --out "$DIR/out"
run "$LUCID" run "$DIR/p" --out "$DIR/out" --force
ok force_replaces_it [ "$rc" = 0 ]
touch "$DIR/out/mine.txt"
run "$LUCID" run "$DIR/p" --out "$DIR/out" --force
ok force_leaves_other_files_alone [ -e "$DIR/out/mine.txt" ]

run "$LUCID" init "$DIR/p" "$(reg open)"
run "$LUCID" round open "$(reg open)" 2026
fails an_open_round_is_not_decided 5 "still open" "$LUCID" identify "$(reg open)" --round 2026

cp -r "$DIR/p" "$DIR/zero" && sed -i 's|rule: per_head < line,|rule: 1000 / (size - 2) > 3,|' "$DIR/zero/programme.yaml"
run "$LUCID" run "$DIR/zero" --out "$DIR/zeroes"
ok a_rule_that_divides_by_zero_leaves_undecided grep -q '^H01,4331,undecided,.*rule_error' "$DIR/zeroes/decisions.csv"
run "$LUCID" explain "$(moved zeroes "$DIR/zeroes/village.lucid")" H01
says explain_says_that_a_rule_failed "divide by zero"

cp -r "$DIR/p" "$DIR/none" && head -1 "$DIR/p/data/h.csv" >"$DIR/none/data/h.csv"
run "$LUCID" run "$DIR/none" --out "$DIR/nobody"
ok no_households_is_no_crash [ "$rc" -lt 70 ]

cp -r "$DIR/p" "$DIR/blank" && awk -F, 'NR > 1 { $3 = "" } { print }' OFS=, "$DIR/p/data/h.csv" >"$DIR/blank/data/h.csv"
sed -i 's|^lines:|lines:\n  - {name: half, kind: relative, share: 0.5, quantile: 0.5}|' "$DIR/blank/programme.yaml"
run "$LUCID" run "$DIR/blank" --out "$DIR/blanks"
ok a_column_that_is_all_missing_is_no_refusal [ "$(grep -c ',undecided,' "$DIR/blanks/decisions.csv")" = 7 ]
ok and_no_figure_is_made_up grep -q '"headcount": null' "$DIR/blanks/summary.json"

cp -r "$DIR/p" "$DIR/sizeless" && awk -F, 'NR > 1 { $4 = "" } { print }' OFS=, "$DIR/p/data/h.csv" >"$DIR/sizeless/data/h.csv"
run "$LUCID" run "$DIR/sizeless" --out "$DIR/sizes"
ok a_size_that_is_not_known_is_no_0_in_the_list [ "$(awk -F, 'NR > 1 && $7 != ""' "$DIR/sizes/decisions.csv" | wc -l)" = 0 ]

fails a_place_that_cannot_be_written_is_named 4 "programme.yaml/x.html" "$LUCID" report "$R" --out "$DIR/p/programme.yaml/x.html"
fails a_report_is_not_written_over_a_registry 5 "is there already, and is no report" "$LUCID" report "$R" --out "$DIR/out/village.lucid"
fails decisions_are_not_written_over_a_key 5 "is there already, and is no list of decisions" "$LUCID" identify "$R" --decisions "$DIR/out/village.lucid.key"

mkdir -p "$DIR/m/data"
cat >"$DIR/m/programme.yaml" <<'YAML'
programme: {name: members, title: Members by their own numbers, years: {from: 2026, to: 2026}}
fields:
  - {name: note, type: text, label: Note}
  - {name: age, level: members, type: integer, min: 0, max: 120, label: Age}
lines:
  - {name: poor, kind: absolute, main: true, amount: 1}
identify:
  include:
    - {name: young, rule: "members.count(m, m.age < 6) > 1", label: has two small children}
    - {name: noted, rule: "note == 'yes'", label: has a note}
sources:
  - {name: h, file: h.csv, level: household, household: id, map: {note: note}}
  - {name: m, file: m.csv, level: members, household: id, member: no, map: {age: age}}
YAML
printf 'id,note\nA,no\nB,"a\033[2J\nb"\n' >"$DIR/m/data/h.csv"
printf 'id,no,age\nA,3,4\nA,7,\nA,9,30\nB,1,30\n' >"$DIR/m/data/m.csv"
run "$LUCID" run "$DIR/m" --out "$DIR/numbered"
ok the_list_names_a_member_by_its_own_number grep -q '^A,.*Age of member 7' "$DIR/numbered/decisions.csv"
M=$(moved members "$DIR/numbered/members.lucid")
run "$LUCID" explain "$M" A
says explain_names_a_member_by_its_own_number "Age of member 7 (not filled in)"
says explain_shows_what_another_member_said "Age of member 9 = 30"
run "$LUCID" explain "$M" A --format json
says explain_json_has_the_own_number '"member": "7"'
run "$LUCID" explain "$M" B
says a_value_cannot_command_the_terminal "a?[2J b"
run "$LUCID" history "$M" B
says a_table_cell_stays_one_line_without_commands "a?[2J b"

# The auditor's door: the snapshot's folder, the programme's and the published seed, and no registry.
mkdir "$DIR/audit"
run "$LUCID" run "$DIR/p" --out "$DIR/checked" --seed "lottery 5"
cp -r "$DIR"/checked/village.snapshots/[0-9a-f]*/ "$DIR/audit/snapshot"
cp -r "$DIR/p" "$DIR/audit/programme"
hash_in() { tr -d ' ' <"$1" | grep -o '"decisions_hash":"[0-9a-f]*"'; }
recorded=$(hash_in "$DIR/checked/summary.json")
run "$LUCID" identify --snapshot "$DIR/audit/snapshot" --programme "$DIR/audit/programme" --seed "lottery 5" --decisions "$DIR/audit/decisions.csv" --format json
ok an_auditor_derives_the_decisions_without_the_registry [ "$rc" = 0 ]
ok an_auditor_gets_the_recorded_hash [ "$(hash_in "$DIR/.out")" = "$recorded" ]
ok an_auditor_gets_the_same_outcomes [ "$(cut -d, -f1-3 "$DIR/audit/decisions.csv")" = "$(cut -d, -f1-3 "$DIR/checked/decisions.csv")" ]
for threads in 1 2 5; do
  run "$LUCID" identify --snapshot "$DIR/audit/snapshot" --programme "$DIR/audit/programme" --seed "lottery 5" --brief --threads $threads --format json
  ok the_brief_door_gives_the_same_hash_on_${threads}_threads [ "$(hash_in "$DIR/.out")" = "$recorded" ]
done
run "$LUCID" identify --snapshot "$DIR/audit/snapshot" --programme "$DIR/audit/programme" --brief
ok another_seed_is_another_hash [ "$rc" = 0 ]
says it_counts_by_home "4331"
sed -i 's/size > 4/size > 5/' "$DIR/audit/programme/programme.yaml"
run "$LUCID" identify --snapshot "$DIR/audit/snapshot" --programme "$DIR/audit/programme" --seed "lottery 5" --brief --format json
ok other_rules_are_found_out_by_the_hash [ "$(hash_in "$DIR/.out")" != "$recorded" ]
fails an_audit_needs_the_programme 2 "the programme's folder is missing" "$LUCID" identify --snapshot "$DIR/audit/snapshot"
fails a_programme_alone_is_no_audit 2 "go with --snapshot" "$LUCID" identify "$DIR/checked/village.lucid" --brief
fails an_audit_takes_no_registry 2 "not both" "$LUCID" identify "$DIR/checked/village.lucid" --snapshot "$DIR/audit/snapshot" --programme "$DIR/audit/programme"
for f in "$DIR"/audit/snapshot/*.segment; do chmod u+w "$f"; printf x | dd of="$f" bs=1 seek=200 conv=notrunc 2>/dev/null; done
fails a_changed_snapshot_is_refused 11 "is damaged" "$LUCID" identify --snapshot "$DIR/audit/snapshot" --programme "$DIR/p" --brief
finish
