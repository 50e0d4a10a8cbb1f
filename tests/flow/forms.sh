#!/bin/sh
# A county keeps a form a household: labels with their values beside or below, the tables of members, crops and income lower on the sheet. A folder of
# such workbooks, and a workbook with a sheet a household, come in as the CSV files of the same people do. On files: the engine never sees a workbook.
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
run "$LUCID" import "$DIR/bad.lucid" --data "$DIR/made/bad/word.xlsx" --refused "$DIR/zh.xlsx" --lang zh
says in_chinese_for_those_who_read_chinese '“因懒” 不在可选项之中'
says and_what_to_do "提示："
run $PY -c 'import sys, openpyxl; s = openpyxl.load_workbook(sys.argv[1]).active; print(s.cell(2, s.max_column).value)' "$DIR/zh.xlsx"
says also_beside_the_row '“因懒” 不在可选项之中'
fails a_form_without_its_number_is_refused 3 '扶贫手册!C2, household key: it is empty' "$LUCID" import "$DIR/bad.lucid" --data "$DIR/made/bad/number.xlsx"
fails the_same_household_in_two_workbooks_is_refused 3 "7001" sh -c 'cp "$1/made/books/户表/7001.xlsx" "$1/made/apart/other.xlsx" && "$0" import "$1/bad.lucid" --data "$1/made/apart"' "$LUCID" "$DIR"
rm "$DIR/made/apart/other.xlsx"

# ---- refused rows come back as a workbook, and go in mended ----
cp -r "$DIR/made/books" "$DIR/two"
cp "$DIR/made/bad/word.xlsx" "$DIR/two/户表/7001.xlsx"
$PY - "$DIR/two/户表/7002.xlsx" <<'PY'
import sys, openpyxl
w = openpyxl.load_workbook(sys.argv[1])
next(c for row in w.active.iter_rows() for c in row if c.value == "砖混").value = "纸板"
w.save(sys.argv[1])
PY
fails every_workbook_is_read_before_the_import_is_given_up 3 "2 workbooks have refused rows" "$LUCID" import "$DIR/bad.lucid" --data "$DIR/two" --refused "$DIR/refused.xlsx"
run "$LUCID" import "$DIR/bad.lucid" --data "$DIR/two" --keep-good --refused "$DIR/refused.xlsx"
ok the_good_forms_come_in [ "$rc" = 0 ]
cat >"$DIR/mend.py" <<'PY'
import sys, openpyxl
w = openpyxl.load_workbook(sys.argv[1])
for s in w:
    rows = list(s.iter_rows(values_only=True))
    print(s.title, rows[0][0], rows[0][-1], len(rows) - 1, "reasons", sum(1 for r in rows[1:] if r[-1]))
    for row in s.iter_rows():
        for c in row:
            c.value = {"因懒": "因病", "纸板": "砖混"}.get(c.value, c.value)
w.save(sys.argv[1])
PY
run $PY -c 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); t = b"".join(map(z.read, z.namelist())).decode(); print("示例组" in t, "示例甲" in t or "999999" in t)' "$DIR/refused.xlsx"
says sealed_values_stay_out_of_it "True False"
ok and_only_its_owner_reads_it [ "$(stat -c %a "$DIR/refused.xlsx")" = 600 ]
run $PY "$DIR/mend.py" "$DIR/refused.xlsx"
says refused_forms_are_a_list_with_the_reason_beside_each "户表 户编号 问题 2 reasons 2"
says so_are_the_rows_of_their_tables "家庭成员 户编号 问题"
run "$LUCID" import "$DIR/bad.lucid" --data "$DIR/refused.xlsx" --format json
ok mended_they_come_in [ "$rc" = 0 ]
says with_both_households '"refused": 0'
"$LUCID" round close "$DIR/bad.lucid" r --quiet >/dev/null
"$LUCID" export "$DIR/bad.lucid" --source households --out "$DIR/bad.out" --include-restricted --quiet >/dev/null
"$LUCID" export "$DIR/csv.lucid" --source households --out "$DIR/csv.out" --include-restricted --quiet >/dev/null
ok and_nothing_is_missing cmp "$DIR/bad.out/户信息.csv" "$DIR/csv.out/户信息.csv"
start last
cp "$DIR/made/sheets.xlsx" "$DIR/mine.xlsx"
fails no_other_workbook_is_written_over 5 "is no list of refused rows" "$LUCID" import "$DIR/last.lucid" --data "$DIR/two" --refused "$DIR/mine.xlsx"

# ---- and back out, a workbook a household ----
run "$LUCID" export "$DIR/books.lucid" --source household_form --as xlsx --out "$DIR/back" --include-restricted
ok forms_go_back_out [ -s "$DIR/back/户表/7003.xlsx" ]
"$LUCID" export "$DIR/books.lucid" --source household_form --as xlsx --out "$DIR/twice" --include-restricted --quiet >/dev/null
ok the_same_round_gives_the_same_forms diff -r "$DIR/back" "$DIR/twice"
"$LUCID" round open "$DIR/books.lucid" again --year 2019 --quiet >/dev/null
run "$LUCID" import "$DIR/books.lucid" --data "$DIR/back" --format json
ok what_went_out_comes_in [ "$rc" = 0 ]
says and_nobody_is_new '"inserted": 0'
says and_nobody_has_gone '"ended": 0'
"$LUCID" round close "$DIR/books.lucid" again --quiet >/dev/null
for r in r again; do "$LUCID" export "$DIR/books.lucid" --round $r --out "$DIR/out-$r" --include-restricted --quiet >/dev/null; done
ok there_and_back_is_the_same diff -r "$DIR/out-r" "$DIR/out-again"
# ---- a table that is not on the form was not asked for; one that is there and empty is an answer ----
"$LUCID" round open "$DIR/books.lucid" less --year 2019 --quiet >/dev/null
mkdir "$DIR/less"
$PY - "$DIR/made/books/户表/7001.xlsx" "$DIR/less" <<'PY'
import sys, openpyxl
def without(name, keep_headings):
    w = openpyxl.load_workbook(sys.argv[1])
    s = w.active
    at = next(c.row for row in s.iter_rows() for c in row if c.value == name + "情况")
    for r in list(s.merged_cells.ranges):
        if r.min_row >= at:
            s.unmerge_cells(str(r))
    end = next((r for r in range(at + 1, s.max_row + 1) if str(s.cell(r, 1).value or "").endswith("情况") or "签字" in str(s.cell(r, 1).value or "")), s.max_row + 1)
    first = at + 2 if keep_headings else at
    for r in range(first, end):
        for c in range(1, s.max_column + 1):
            s.cell(r, c).value = None
    return w
without("种植养殖", False).save(sys.argv[2] + "/7001.xlsx")
without("种植养殖", True).save(sys.argv[2] + "/empty.xlsx")
PY
mv "$DIR/less/empty.xlsx" "$DIR/empty.xlsx"
cp "$DIR/made/books/户表/7003.xlsx" "$DIR/less"
run "$LUCID" import "$DIR/books.lucid" --data "$DIR/less" --format json
ok a_form_without_a_table_is_imported [ "$rc" = 0 ]
says and_the_list_stays_as_it_was '"ended": 0'
run "$LUCID" import "$DIR/books.lucid" --data "$DIR/empty.xlsx" --format json
ok a_table_that_stayed_empty_is_no_mistake [ "$rc" = 0 ]
says it_ends_what_was_on_the_list '"ended": 2'
"$LUCID" undo "$DIR/books.lucid" --quiet >/dev/null
"$LUCID" round close "$DIR/books.lucid" less --quiet >/dev/null

# ---- what comes back from the refused rows takes nothing away ----
"$LUCID" round open "$DIR/books.lucid" third --year 2019 --quiet >/dev/null
mkdir "$DIR/third"
cp "$DIR/made/books/户表/7001.xlsx" "$DIR/third"
$PY - "$DIR/third/7001.xlsx" <<'PY'
import sys, openpyxl
w = openpyxl.load_workbook(sys.argv[1])
next(c for row in w.active.iter_rows() for c in row if c.value == "吴示例乙").offset(0, 3).value = "亲戚甲"
w.save(sys.argv[1])
PY
run "$LUCID" import "$DIR/books.lucid" --data "$DIR/third" --refused "$DIR/third.xlsx" --keep-good
ok a_word_that_is_no_choice_is_left_out [ "$rc" = 0 ]
sed -i 's/"因懒": "因病"/"因懒": "因病", "亲戚甲": "女"/' "$DIR/mend.py"
run $PY "$DIR/mend.py" "$DIR/third.xlsx"
run "$LUCID" import "$DIR/books.lucid" --data "$DIR/third.xlsx" --format json
ok mended_it_comes_in [ "$rc" = 0 ]
run "$LUCID" find "$DIR/books.lucid" members.name=吴示例乙
says and_the_sealed_name_is_still_there 7001
"$LUCID" round close "$DIR/books.lucid" third --quiet >/dev/null
"$LUCID" export "$DIR/books.lucid" --round third --out "$DIR/out-third" --include-restricted --quiet >/dev/null
ok and_nobody_else_is_gone cmp "$DIR/out-third/members.csv" "$DIR/out-r/members.csv"
fails a_form_is_a_workbook 2 "it goes out as workbooks" "$LUCID" export "$DIR/books.lucid" --source household_form --out "$DIR/x"
finish
