#!/bin/sh
# Data files through the program: what comes in goes out again the same, and what is wrong with a file is said.
. "$(dirname "$0")/lib.sh"
both

P=$DIR/p
run "$LUCID" new "$P"
ok a_programme_is_written [ "$rc" = 0 ]

# fresh NAME PROGRAMME [IMPORT OPTION]...: a registry with one round into which the files are read
fresh() {
  no_more "$1"
  registry=$(reg "$1") programme=$2; shift 2
  "$LUCID" init "$programme" "$registry" --quiet >/dev/null && "$LUCID" round open "$registry" r --year 2026 --quiet >/dev/null
  run "$LUCID" import "$registry" "$@"
}

fresh first "$P"
ok the_files_of_a_new_programme_are_imported [ "$rc" = 0 ]
run "$LUCID" import "$(reg first)" --format json
says a_second_import_changes_nothing '"inserted": 0'
"$LUCID" round close "$(reg first)" r --quiet >/dev/null

for kind in csv dta; do
  run "$LUCID" export "$(reg first)" --as $kind --out "$DIR/$kind"
  ok a_closed_round_is_exported_as_$kind [ "$rc" = 0 ]
  # The same programme, whose data are the exported files.
  rm -rf "$DIR/back"; cp -r "$P" "$DIR/back"; rm "$DIR/back/data/"*; cp "$DIR/$kind"/*.$kind "$DIR/back/data/"
  sed -i "s/file: households.csv/file: household.$kind/; s/file: members.csv/file: members.$kind/; s/member: member/member: number/; /^    map: /d" "$DIR/back/programme.yaml"
  fresh back "$DIR/back"
  ok what_was_exported_as_${kind}_is_imported [ "$rc" = 0 ]
  "$LUCID" round close "$(reg back)" r --quiet >/dev/null
  run "$LUCID" export "$(reg back)" --out "$DIR/again-$kind"
  ok households_come_back_the_same_from_$kind cmp -s "$DIR/csv/household.csv" "$DIR/again-$kind/household.csv"
  ok members_come_back_the_same_from_$kind cmp -s "$DIR/csv/members.csv" "$DIR/again-$kind/members.csv"
done
# Numbers of members are their own, not their places: a file that comes back must find the same people.
rm -rf "$DIR/moved"; cp -r "$P" "$DIR/moved"
awk -F, -v OFS=, 'NR > 1 { $2 = $2 + 4 } { print }' "$P/data/members.csv" >"$DIR/moved/data/members.csv"
fresh moved "$DIR/moved"
"$LUCID" round close "$(reg moved)" r --quiet >/dev/null
"$LUCID" export "$(reg moved)" --out "$DIR/moved-out" --quiet >/dev/null
"$LUCID" round open "$(reg moved)" r2 --year 2026 --quiet >/dev/null
printf 'field,column\nhousehold_key,household\nmember_key,number\nage,age\n' >"$DIR/moved-map.csv"
run "$LUCID" import "$(reg moved)" --file "$DIR/moved-out/members.csv" --level members --map "$DIR/moved-map.csv" --format json
says members_are_found_again_by_their_own_numbers '"ended": 0'
says and_nobody_becomes_somebody_else '"inserted": 0'
run grep -rl id_number "$DIR/csv/members.csv" "$DIR/dta/members.dta"
ok sealed_fields_are_not_exported [ "$rc" = 1 ]
fails an_unknown_form_is_refused 2 "pdf is not a form that is written" "$LUCID" export "$(reg first)" --as pdf --out "$DIR/x"
fails an_unknown_level_is_refused 2 "the programme has no level people" "$LUCID" export "$(reg first)" --level people --out "$DIR/x"

# ---- what is wrong with a file ----
BAD=$DIR/bad
mkdir -p "$BAD"
# bad NAME TEXT [OPTION]...: importing the files of $BAD must fail with the text and leave nothing
bad() {
  promise=$1 text=$2; shift 2
  fresh bad "$P" --data "$BAD" "$@"
  case $errs in *"$text"*) found=1 ;; *) found=0; echo "    wanted: $text" ;; esac
  ok "$promise" [ "$rc" != 0 -a $found = 1 ]
}
good_members() { cp "$P/data/members.csv" "$BAD/members.csv"; }
good_members
: >"$BAD/households.csv"
bad an_empty_file_is_named "households.csv is empty"
head -1 "$P/data/households.csv" >"$BAD/households.csv"
bad headings_without_rows_are_named "households.csv has headings but no rows"
sed '1s/income/water/' "$P/data/households.csv" >"$BAD/households.csv"
bad a_heading_that_stands_twice_is_named "the heading water stands twice, in columns 3 and 4"
sed '5s/,[^,]*$//' "$P/data/households.csv" >"$BAD/households.csv"
bad a_ragged_row_is_named "row 4 (line 5): 6 cells where the headings are 7"
sed '3s/,/,"/' "$P/data/households.csv" >"$BAD/households.csv"
bad an_unclosed_quote_is_named "the quote that opens on line 3, column 2 is never closed"
sed '2s/^\([^,]*,[^,]*\),[^,]*/\1,NaN/' "$P/data/households.csv" >"$BAD/households.csv"
bad nan_is_refused 'row 1 (line 2): income: "NaN" is not a number'
printf 'household,village,income,water,safe_house,has_car,debt\n1,990101001,1,well,yes,no,\n2,990101001,\377\377,well,yes,no,\n' >"$BAD/households.csv"
bad a_wrong_encoding_is_named "is neither UTF-8 nor GB18030: line 3"
cp "$P/data/households.csv" "$BAD/households.csv"
rm "$BAD/members.csv"
bad an_absent_file_is_named "members.csv is not there"

# ---- sealed values stay sealed, also when their row is refused ----
printf 'household,member,age,sex,in_school,ill,id_number\n01001001,1,26,m,no,yes,CANARY01\n01001001,2,400,m,no,yes,CANARY02\n01001001,3,4,m,no,yes,CANARY03,CANARY04\n' >"$BAD/members.csv"
bad a_refused_row_is_named "age: 400 is above the most allowed, 120" --refused "$DIR/refused.csv"
run grep -c CANARY "$DIR/refused.csv"
ok refused_rows_hold_no_sealed_value [ "$out" = 0 ]
run cat "$DIR/refused.csv"
says refused_rows_say_their_problem "01001001,2,400,m,no,yes,,"
ok refused_rows_are_for_their_owner_only [ "$(stat -c %a "$DIR/refused.csv")" = 600 ]
run grep -rl CANARY "$DIR"
ok no_other_file_holds_one [ "$out" = "$BAD/members.csv" ]

# ---- files that the programme does not name: what their rows are ----
run "$LUCID" init "$P" "$(reg files)"
run "$LUCID" round open "$(reg files)" 2026
printf '户编号,村,上年纯收入\nF1,990101001,3200\nF2,990101001,900\n' | iconv -f UTF-8 -t GB18030 >"$DIR/zh.csv"
run "$LUCID" import "$(reg files)" --file "$DIR/zh.csv" --guess
ok a_spreadsheet_in_chinese_is_read_by_its_labels [ "$rc" = 0 ]
says its_encoding_is_told "GB18030"
printf '户编号,成员编号,年龄\nF1,1,34\nF2,1,8\n' >"$DIR/rows.csv"
fails members_taken_for_households_are_explained 3 "--level members" "$LUCID" import "$(reg files)" --file "$DIR/rows.csv" --guess
run "$LUCID" import "$(reg files)" --file "$DIR/rows.csv" --guess --level members --format csv
says members_come_by_a_file_of_their_own "2026,2,0,"
fails a_level_that_is_not_there_is_named 2 "one of: flat, household, members" "$LUCID" import "$(reg files)" --file "$DIR/rows.csv" --level persons
printf '户编号,村,上年纯收入,成员编号,年龄\nF3,990101001,100,1,30\nF3,990101001,100,2,5\n' >"$DIR/flat.csv"
run "$LUCID" import "$(reg files)" --file "$DIR/flat.csv" --guess --level flat
run "$LUCID" status "$(reg files)"
says members_and_households_come_by_one_flat_file "members                      4"
printf '户编号,成员编号,年龄,身份证号\nF1,1,34,1.10101E+17\n' >"$DIR/rows.csv"
fails an_identity_number_that_a_spreadsheet_cut_is_refused 3 "id_number: a spreadsheet has cut this number" "$LUCID" import "$(reg files)" --file "$DIR/rows.csv" --guess --level members

finish
