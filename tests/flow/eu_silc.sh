#!/bin/sh
# A real survey, end to end: figures against R's survey and convey packages, four outcomes, explanations, diff, report.
. "$(dirname "$0")/lib.sh"
both
survey=${LUCID_EUSILC_RDATA:-$TOP/programmes/eu-silc/data/eusilc.RData}
if [ ! -s "$survey" ]; then
  skip eu_silc "the survey is absent: ./start fetches it"
  finish
fi
data=$(dirname "$survey")
p=$TOP/programmes/eu-silc
run "$LUCID" run "$p" --data "$data" --out "$DIR/out"
ok runs_in_one_go [ "$rc" = 0 ]
says shows_the_headcount_ratio_with_its_error "0.1144401 (standard error 0.0045021)"
says shows_the_gap "0.0320854 (standard error 0.0016678)"
says shows_the_squared_gap "0.0161894 (standard error 0.0011192)"
says shows_the_line_at_60_percent_of_the_median "10,859.24"
says shows_the_headcount_at_the_relative_line "0.1444422 (standard error 0.0047595)"
says shows_households "6,000"
says shows_persons "14,827"
for f in summary.json decisions.csv report.html eu-silc.lucid eu-silc.lucid.key; do ok leaves_$f [ -s "$DIR/out/$f" ]; done
value() { # PATH in summary.json
  python3 - "$DIR/out/summary.json" "$1" <<'PY'
import json, sys
x = json.load(open(sys.argv[1]))
for k in sys.argv[2].split("."):
    x = x[int(k)] if isinstance(x, list) else x[k]
print(repr(x))
PY
}
near headcount_to_ten_digits "$(value nation.lines.0.headcount.value)" 0.11444012919852571 1e-10
near its_error "$(value nation.lines.0.headcount.se)" 0.0045021 1e-5
near the_relative_line "$(value nation.lines.1.amount)" 10859.24 1e-6
ok every_household_has_a_row [ "$(wc -l <"$DIR/out/decisions.csv")" = 6001 ]
four=$(cut -d, -f3 "$DIR/out/decisions.csv" | tail -n +2 | sort | uniq -c | awk '{print $2"="$1}' | tr '\n' ' ')
says_in() { case "$2" in *"$3"*) pass "$1" ;; *) echo "    $2"; fail "$1" ;; esac; }
says_in no_more_are_selected_than_there_are_places "$four" "selected=492"

R=$(moved silc "$DIR/out/eu-silc.lucid")
one=$(grep -m1 ',selected,' "$DIR/out/decisions.csv" | cut -d, -f1)
run "$LUCID" explain "$R" "$one"
says explains_a_selected_household "Household $one in Burgenland: selected"
says explains_with_the_value_seen "Equivalised income ="
says explains_the_smallest_change "The smallest change that would alter this:"
run "$LUCID" explain "$R" "$one" --lang zh
says explains_in_chinese "住户 $one"
run "$LUCID" explain "$R" "$one" --format json
ok explains_in_json sh -c 'python3 -c "import json,sys; x=json.load(open(sys.argv[1])); assert x[\"outcome\"]==\"selected\" and x[\"smallest_change\"][\"found\"]==\"yes\"" "$0"' "$DIR/.out"
fails refuses_an_unknown_household 4 "999999" "$LUCID" explain "$R" 999999

cp -r "$p" "$DIR/other"
sed -i 's/rule: eq_income < line, label/rule: eq_income < 0.8 * line, label/' "$DIR/other/programme.yaml"
run "$LUCID" diff "$R" --programme "$DIR/other"
says diff_shows_areas "Burgenland"
run "$LUCID" diff "$R" --programme "$DIR/other" --format csv
says diff_lists_households "household,area,before,after"
ok diff_finds_who_leaves grep -q ',selected,not_selected,' "$DIR/.out"
run "$LUCID" diff "$R" --programme "$p" --format csv
ok the_same_rules_change_nobody [ "$(wc -l <"$DIR/.out")" = 1 ]
fails diff_refuses_other_fields 5 "snapshot has" "$LUCID" diff "$R" --programme "$TOP/programmes/vietnam-1998"

fails a_second_run_into_the_folder_is_refused 5 "is not empty" "$LUCID" run "$p" --data "$data" --out "$DIR/out"
first=$(value decisions_hash)
run "$LUCID" identify "$R" --dry-run --format json
ok identify_again_gives_the_same_decisions grep -qF "$(printf %s "$first" | tr -d \')" "$DIR/.out"
fails a_seed_after_the_close_is_refused 5 "could have been tried first" "$LUCID" identify "$R" --seed "lottery 7"
run "$LUCID" identify "$R" --seed "lottery 7" --dry-run --format json
ok a_drill_may_have_any_seed grep -q '"seed": "lottery 7"' "$DIR/.out"
run "$LUCID" report "$R" --out "$DIR/again.html"
ok writes_a_report [ -s "$DIR/again.html" ]
ok the_report_needs_no_network sh -c '! grep -q "src=\"http\|href=\"http[^\"]*\.css" "$0"' "$DIR/again.html"
finish
