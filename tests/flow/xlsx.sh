#!/bin/sh
# Villages work in Excel: workbooks come in by their headings as the CSV files do, and go back out as workbooks that can be edited and brought back.
. "$(dirname "$0")/lib.sh"
both
P=$TOP/programmes/xiangxi
X=$TOP/tests/flow/xiangxi
PY=python3
$PY -c 'import openpyxl' 2>/dev/null || PY=/usr/bin/python3
if ! $PY -c 'import openpyxl' 2>/dev/null; then
  echo "skip workbooks: python3-openpyxl is not there"
  finish
fi
mkdir "$DIR/made"
$PY "$TOP/tests/flow/xlsx/make.py" "$X" "$DIR/made" || fail "the workbooks are made"

start() { "$LUCID" init "$P" "$(reg $1)" --quiet >/dev/null && "$LUCID" round open "$(reg $1)" r --year "$2" --quiet >/dev/null; }
decide() { "$LUCID" round close "$(reg $1)" r --quiet >/dev/null; "$LUCID" identify "$(reg $1)" --decisions "$DIR/$1.csv" --quiet >/dev/null; }

# what the same people give as CSV
start csv 2019
for s in villages households members income_lines crops visits helpers; do "$LUCID" import "$(reg csv)" --data "$X" --source $s --quiet >/dev/null; done
decide csv

start book 2019
run "$LUCID" import "$(reg book)" --data "$DIR/made/book.xlsx"
ok a_workbook_with_a_sheet_a_level_is_imported_at_once [ "$rc" = 0 ]
says sources_without_a_sheet_are_told "not there, and passed over: export-2022.csv"
says where_the_headings_were_found_is_told "the headings were found in row 2 of the sheet 户信息"
decide book
ok it_decides_as_the_csv_files_do cmp -s "$DIR/book.csv" "$DIR/csv.csv"

start folder 2019
run "$LUCID" import "$(reg folder)" --data "$DIR/made/folder"
ok xlsx_files_serve_where_the_programme_names_csv [ "$rc" = 0 ]
decide folder
ok and_decide_the_same cmp -s "$DIR/folder.csv" "$DIR/csv.csv"

# a workbook a household, in one folder
start homes 2019
cp "$DIR/made/list/export-2022.xlsx" "$DIR/made/homes/~\$7001.xlsx"
run "$LUCID" import "$(reg homes)" --data "$DIR/made/homes"
ok a_workbook_a_household_is_imported_out_of_one_folder [ "$rc" = 0 ]
decide homes
ok they_decide_as_the_csv_files_do_too cmp -s "$DIR/homes.csv" "$DIR/csv.csv"
start twice 2019
cp "$DIR/made/homes/7001.xlsx" "$DIR/made/homes/7001-old.xlsx"
fails a_household_with_two_workbooks_is_refused 3 "7001" "$LUCID" import "$(reg twice)" --data "$DIR/made/homes"

# the national system's export, with joined cells and hidden rows
start list 2020
run "$LUCID" import "$(reg list)" --data "$DIR/made/list" --source export_2022
ok the_export_of_2022_is_imported_from_a_workbook [ "$rc" = 0 ]
says hidden_rows_are_read_and_told "1 hidden rows were read like the others"
start plain 2020
"$LUCID" import "$(reg plain)" --data "$X" --source export_2022 --quiet >/dev/null
decide list; decide plain
ok with_its_joined_cells_it_decides_as_csv cmp -s "$DIR/list.csv" "$DIR/plain.csv"

# ---- and back out: a workbook that an office can edit and bring back ----
run "$LUCID" export "$(reg book)" --source households --as xlsx --out "$DIR/back" --include-restricted
ok a_source_goes_out_as_a_workbook [ -s "$DIR/back/户信息.xlsx" ]
run $PY "$TOP/tests/flow/xlsx/edit.py" "$DIR/back/户信息.xlsx"
says its_headings_stay_in_sight_and_choices_are_lists "frozen A2 hidden hidden lists True list of causes True"
says its_numbers_of_households_are_text "key is '7001'"
"$LUCID" round open "$(reg book)" next --year 2019 --quiet >/dev/null
run "$LUCID" import "$(reg book)" --data "$DIR/back" --source households --format json
ok edited_it_is_brought_back [ "$rc" = 0 ]
says and_only_the_edited_household_is_changed '"changed": 1'
"$LUCID" round close "$(reg book)" next --quiet >/dev/null
"$LUCID" export "$(reg book)" --source households --out "$DIR/edited" --include-restricted --quiet >/dev/null
ok with_what_was_edited grep -q '^7001,.*因学.*,12.50,' "$DIR/edited/户信息.csv"
run "$LUCID" export "$(reg book)" --round r --as xlsx --out "$DIR/levels" --include-restricted --lang zh
ok every_level_goes_out_as_a_workbook [ -s "$DIR/levels/members.xlsx" ]
start again 2019
run "$LUCID" import "$(reg again)" --file "$DIR/levels/household.xlsx" --guess
ok and_is_known_by_its_labels [ "$rc" = 0 ]
run "$LUCID" import "$(reg again)" --file "$DIR/levels/members.xlsx" --level members --guess
ok with_its_members [ "$rc" = 0 ]
decide again
ok its_households_are_all_there [ "$(grep -c '^700' "$DIR/again.csv")" = "$(grep -c '^700' "$DIR/csv.csv")" ]

cp "$X/户信息.csv" "$DIR/back"
start two 2019
fails of_a_csv_and_a_workbook_of_one_name_none_is_taken 5 "户信息.xlsx is there as well" "$LUCID" import "$(reg two)" --data "$DIR/back" --source households

# ---- what is wrong is said, with its place ----
start bad 2019
"$LUCID" import "$(reg bad)" --data "$X" --source households --quiet >/dev/null
B=$DIR/made/bad
fails an_identity_number_that_became_a_number_is_refused 3 "whose end the spreadsheet has dropped" "$LUCID" import "$(reg bad)" --data "$B/number.xlsx" --source members
says with_the_place_of_its_cell "家庭成员!"
fails an_error_value_is_refused 3 "家庭成员!D3, " "$LUCID" import "$(reg bad)" --data "$B/error.xlsx" --source members
says by_its_name "the spreadsheet's error #N/A"
fails a_formula_that_was_never_computed_is_refused 3 "a formula without its value" "$LUCID" import "$(reg bad)" --data "$B/formula.xlsx" --source members
fails a_document_type_is_refused 3 "holds a document type declaration" "$LUCID" import "$(reg bad)" --data "$B/dtd.xlsx" --source members
fails a_file_that_was_cut_off_is_refused 3 "is damaged" "$LUCID" import "$(reg bad)" --data "$B/cut.xlsx" --source members
fails an_old_workbook_is_refused_with_what_to_do 3 "save it as .xlsx" "$LUCID" import "$(reg bad)" --file "$B/old.xls"
fails a_bomb_is_refused 12 "unpacks to more than a table would" "$LUCID" import "$(reg bad)" --data "$B/bomb.xlsx" --source members
run "$LUCID" import "$(reg bad)" --data "$B/strict.xlsx" --source households --format json
ok the_strict_form_is_read [ "$rc" = 0 ]
says as_the_csv_is '"changed": 0'
finish
