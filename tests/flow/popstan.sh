#!/bin/sh
# Two Stata files, households and their members, joined by number: figures against R's survey package.
. "$(dirname "$0")/lib.sh"
both
if [ ! -d "$DATA/popstan" ]; then
  skip popstan "the synthetic survey is absent (LUCID_TEST_DATA)"
  finish
fi
run "$LUCID" run "$TOP/tests/programmes/popstan" --data "$DATA/popstan" --out "$DIR/out"
ok popstan_runs [ "$rc" = 0 ]
says popstan_households "8,000"
says popstan_persons "32,396"
says popstan_lower_line "0.0666698 (standard error 0.0086316)"
says popstan_upper_line "0.4016746 (standard error 0.0193639)"
value() {
  python3 - "$DIR/out/summary.json" "$1" <<'PY'
import json, sys
x = json.load(open(sys.argv[1]))
for k in sys.argv[2].split("."):
    x = x[int(k)] if isinstance(x, list) else x[k]
print(repr(x))
PY
}
# reference NAME PATH MEASURE PARAM: a figure and its error, against the table that R wrote
reference() {
  row=$(awk -F, -v m="$3" -v q="$4" '$3 == "all" && $4 == m && $5 == q { print $6, $7; exit }' "$DATA/reference/popstan-monetary.csv")
  near "$1" "$(value "$2.value")" "${row% *}" 1e-10
  near "$1_error" "$(value "$2.se")" "${row#* }" 1e-8
}
reference popstan_headcount_1000 nation.lines.0.headcount fgt0 abs=1000
reference popstan_gap_1000 nation.lines.0.gap fgt1 abs=1000
reference popstan_squared_gap_1000 nation.lines.0.squared_gap fgt2 abs=1000
reference popstan_headcount_2000 nation.lines.1.headcount fgt0 abs=2000
reference popstan_gap_2000 nation.lines.1.gap fgt1 abs=2000
reference popstan_mean nation.mean mean ""
one=$(grep -m1 ',selected,' "$DIR/out/decisions.csv" | cut -d, -f1)
run "$LUCID" explain "$(moved p "$DIR/out/popstan.lucid")" "$one"
says popstan_explains "selected"
finish
