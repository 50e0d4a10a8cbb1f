#!/bin/sh
# Real households of Viet Nam 1998, unweighted, communes as sampling units: figures against R, and the words that must stand under them.
. "$(dirname "$0")/lib.sh"
both
if [ ! -s "$DATA/vietnam-1998/VietNamH.csv" ]; then
  skip vietnam "the extract VietNamH.csv is absent (LUCID_TEST_DATA)"
  finish
fi
p=$TOP/programmes/vietnam-1998
run "$LUCID" run "$p" --data "$DATA/vietnam-1998" --out "$DIR/out"
ok vietnam_runs [ "$rc" = 0 ]
says vietnam_general_line "0.3157599 (standard error 0.0203113)"
says vietnam_gap "0.0796651"
says vietnam_food_line "0.1212249 (standard error 0.0142055)"
says vietnam_says_what_it_is_not "unweighted extract, communes as PSUs, not a national estimate"
ok vietnam_report_says_so_too grep -q "not a national estimate" "$DIR/out/report.html"
ok vietnam_summary_says_so_too grep -q "not a national estimate" "$DIR/out/summary.json"
run "$LUCID" run "$p" --data "$DATA/vietnam-1998" --out "$DIR/zh" --lang zh
says vietnam_in_chinese "不代表全国"
run "$LUCID" explain "$(moved v "$DIR/out/vietnam-1998.lucid")" 1
says vietnam_explains "Household 1: not selected"
mkdir "$DIR/empty"
fails vietnam_without_its_data_says_where_to_get_it 4 "VietNamH.csv" "$LUCID" run "$p" --data "$DIR/empty" --out "$DIR/none"
says vietnam_names_the_source "Rdatasets"
finish
