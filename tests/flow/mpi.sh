#!/bin/sh
# Poverty in several dimensions through the whole program: H, A, M0, censored headcounts and contributions by area, against R.
# No registry on a server: `lucid run` leaves a folder of files. The same figures out of a database are in eu_silc.sh and popstan.sh.
. "$(dirname "$0")/lib.sh"
if [ ! -s "$DATA/mpi-synthetic/syn_cdta.csv" ]; then
  skip mpi "the synthetic deprivations are absent (LUCID_TEST_DATA)"
  finish
fi
mkdir -p "$DIR/p/data"
awk -F, 'NR == 1 { print "\"id\"," $0 } NR > 1 && $NF ~ /1/ { print NR - 1 "," $0 }' "$DATA/mpi-synthetic/syn_cdta.csv" >"$DIR/p/data/d.csv"
indicators="d_nutr d_cm d_satt d_educ d_elct d_sani d_wtr d_hsg d_ckfl d_asst"
{
  cat <<'YAML'
programme: {name: mpi, title: {en: Deprivations}, languages: [en], currency: CNY, years: {from: 2010, to: 2010}}
areas: {levels: [{name: all, home: true}], list: [{code: X, level: all, name: {en: X}}]}
YAML
  echo "fields:"
  for i in $indicators; do echo "  - {name: $i, type: boolean, missing: {NA: empty}}"; done
  echo "  - {name: area, type: choice, choices: [\"0\", \"1\"]}"
  echo "  - {name: stratum, type: integer}"
  echo "  - {name: psu, type: integer}"
  echo "  - {name: weight, type: real}"
  echo "derive: [{name: one, rule: \"1\"}]"
  echo "dimensions:"
  echo "  cutoff: 0.33"
  echo "  list:"
  echo "    - {name: health, indicators: [{name: d_nutr, rule: d_nutr}, {name: d_cm, rule: d_cm}]}"
  echo "    - {name: education, indicators: [{name: d_satt, rule: d_satt}, {name: d_educ, rule: d_educ}]}"
  echo "    - {name: living, indicators: [{name: d_elct, rule: d_elct}, {name: d_sani, rule: d_sani}, {name: d_wtr, rule: d_wtr}, {name: d_hsg, rule: d_hsg}, {name: d_ckfl, rule: d_ckfl}, {name: d_asst, rule: d_asst}]}"
  echo "identify: {exclude: []}"
  echo "sample: {welfare: {rule: double(one)}, weight: weight, persons: one, strata: stratum, psu: psu, domains: [area]}"
  printf 'sources:\n  - {name: d, file: d.csv, level: household, household: id, map: {area: area, stratum: stratum, psu: psu, weight: weight'
  for i in $indicators; do printf ', %s: %s' "$i" "$i"; done
  echo "}}"
} >"$DIR/p/programme.yaml"
run "$LUCID" run "$DIR/p" --out "$DIR/out"
ok mpi_runs [ "$rc" = 0 ]
python3 - "$DIR/out/summary.json" "$DATA/reference/mpi-synthetic.csv" >"$DIR/compared" <<'PY'
import csv, json, sys
x = json.load(open(sys.argv[1]))
groups = {"all": x["nation"]}
for g in x["breakdowns"][-1]["groups"]: groups["area=" + g["code"]] = g
seen = wrong = 0
for r in csv.DictReader(open(sys.argv[2])):
    if r["dataset"] != "syn_cdta_t1" or r["pkg"] != "survey" or r["k"] != "33" or r["domain"] not in groups: continue
    af = groups[r["domain"]]["alkire_foster"]
    part = {i["name"]: i for i in af["indicators"]}.get(r["indicator"])
    f = {"H": lambda: af["h"], "A": lambda: af["a"], "M0": lambda: af["m0"], "hd": lambda: part["uncensored"], "hdk": lambda: part["censored"], "pctb": lambda: part["contribution"]}.get(r["measure"], lambda: None)()
    if f is None: continue
    seen += 1
    off = max(abs(f["value"] / float(r["estimate"]) - 1) / 1e-10, abs(f["se"] / float(r["se"]) - 1) / 1e-8)
    if off > 1:
        wrong += 1
        print("off:", r["domain"], r["measure"], r["indicator"], f["value"], r["estimate"], f["se"], r["se"])
print("compared", seen, "wrong", wrong)
PY
out=$(cat "$DIR/compared")
says every_figure_of_the_nation_and_two_areas_is_R_s "compared 99 wrong 0"
ok missing_indicators_leave_undecided grep -q ',undecided,' "$DIR/out/decisions.csv"
finish
