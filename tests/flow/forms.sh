#!/bin/sh
# A county keeps a form a household: labels with their values beside or below, the tables of members, crops and income lower on the sheet. A folder of
# such workbooks, and a workbook with a sheet a household, come in as the CSV files of the same people do.
. "$(dirname "$0")/lib.sh"
P=$TOP/programmes/xiangxi
X=$TOP/tests/flow/xiangxi
PY=python3
$PY -c 'import openpyxl' 2>/dev/null || PY=/usr/bin/python3
if ! $PY -c 'import openpyxl' 2>/dev/null; then
  echo "skip forms: python3-openpyxl is not there"
  finish
fi
mkdir "$DIR/made"
$PY "$TOP/tests/flow/forms/make.py" "$X" "$DIR/made" || fail "the workbooks are made"

start() { "$LUCID" init "$P" "$DIR/$1.lucid" --quiet >/dev/null && "$LUCID" round open "$DIR/$1.lucid" r --year 2019 --quiet >/dev/null; }
# What a registry holds of the people: its snapshot.
hash() { "$LUCID" round close "$DIR/$1.lucid" r --quiet >"$DIR/.close"; sed -n 's/^snapshot //p' "$DIR/.close"; }

start csv
mkdir "$DIR/some"
cp "$X/户信息.csv" "$X/家庭成员.csv" "$X/收入明细.csv" "$X/种植养殖.csv" "$X/入户走访.csv" "$X"/帮扶*.csv "$DIR/some"
"$LUCID" import "$DIR/csv.lucid" --data "$DIR/some" --quiet >/dev/null
csv=$(hash csv)
ok there_is_something_to_compare_with [ -n "$csv" ]

start books
run "$LUCID" import "$DIR/books.lucid" --data "$DIR/made/books"
ok a_folder_of_forms_is_imported_as_one [ "$rc" = 0 ]
ok and_holds_what_the_csv_files_do [ "$(hash books)" = "$csv" ]
start folder
run "$LUCID" import "$DIR/folder.lucid" --data "$DIR/made/books/户表"
ok the_folder_may_be_named_itself [ "$rc" = 0 ]
ok and_holds_the_same [ "$(hash folder)" = "$csv" ]
start sheets
run "$LUCID" import "$DIR/sheets.lucid" --data "$DIR/made/sheets.xlsx"
ok a_workbook_with_a_sheet_a_household_is_imported [ "$rc" = 0 ]
ok it_holds_the_same_too [ "$(hash sheets)" = "$csv" ]
start apart
run "$LUCID" import "$DIR/apart.lucid" --data "$DIR/made/apart"
ok tables_on_sheets_of_their_own_inherit_the_number [ "$rc" = 0 ]
ok whose_rows_are_whose_is_the_same [ "$(hash apart)" = "$csv" ]
start levels
run "$LUCID" import "$DIR/levels.lucid" --data "$DIR/made/levels"
ok a_sheet_a_level_asks_for_the_number_once [ "$rc" = 0 ]
ok with_the_same_result [ "$(hash levels)" = "$csv" ]

# ---- what is wrong is said, with file, sheet and cell ----
start bad
fails a_word_that_is_no_choice_is_refused_with_its_place 3 "made/bad/word.xlsx: 1 of 1 rows is refused" "$LUCID" import "$DIR/bad.lucid" --data "$DIR/made/bad/word.xlsx"
says its_place_is_sheet_and_cell '扶贫手册!C'
fails a_form_without_its_number_is_refused 3 '扶贫手册!C2, household key: it is empty' "$LUCID" import "$DIR/bad.lucid" --data "$DIR/made/bad/number.xlsx"
fails the_same_household_in_two_workbooks_is_refused 3 "7001" sh -c 'cp "$1/made/books/户表/7001.xlsx" "$1/made/apart/other.xlsx" && "$0" import "$1/bad.lucid" --data "$1/made/apart"' "$LUCID" "$DIR"
finish
