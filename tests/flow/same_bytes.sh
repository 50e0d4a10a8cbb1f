#!/bin/sh
# The same snapshot, programme and seed give the same bytes: one thread or two, gcc or clang, with AVX2 or without.
# On files here; postgres.sh and shards.sh hold databases to the same hashes.
. "$(dirname "$0")/lib.sh"
mkdir "$DIR/p" "$DIR/p/data"
cat >"$DIR/p/programme.yaml" <<'YAML'
programme:
  name: same
  title: {en: The same bytes}
  languages: [en]
  currency: CNY
  years: {from: 2026, to: 2026}
areas:
  levels: [{name: county, home: true}]
  list: [{code: A, level: county, name: {en: A}}, {code: B, level: county, name: {en: B}}, {code: C, level: county, name: {en: C}}]
  household: county
fields:
  - {name: county, type: choice, choices: {areas: county}, required: true}
  - {name: income, type: money, changeable: true}
  - {name: size, type: integer, min: 1, max: 20}
  - {name: car, type: boolean}
  - {name: roof, type: choice, choices: [tile, straw, bark]}
  - {name: weight, type: real, min: 0}
derive:
  - {name: per_head, rule: income / double(size)}
lines:
  - {name: poor, kind: absolute, main: true, amount: 2300}
  - {name: half, kind: relative, share: 0.5, quantile: 0.5}
dimensions:
  cutoff: 1/3
  list:
    - {name: d, indicators: [{name: straw, rule: 'roof != "tile"'}, {name: low, rule: per_head < 1500.0}, {name: crowd, rule: size > 6}]}
identify:
  include: [{name: below, rule: per_head < line || per_head < half}]
  exclude: [{name: has_car, rule: car && per_head > 0.2 * line}]
  rank: {rule: per_head, order: ascending}
  quota: {level: county, ties: draw, places: [{area: "*", places: 500}]}
sample:
  welfare: {rule: per_head}
  persons: size
  weight: weight
  strata: county
sources:
  - {name: h, file: h.csv, level: household, household: id, map: {county: county, income: income, size: size, car: car, roof: roof, weight: weight}}
YAML
awk 'BEGIN { srand(5); split("tile straw bark", roof, " "); print "id,county,income,size,car,roof,weight"
  for (i = 1; i <= 9000; i++) { s = 1 + int(rand() * 8); printf "%d,%s,%s,%d,%s,%s,%.3f\n", i, substr("ABC", 1 + int(rand() * 3), 1), rand() < .04 ? "" : int(rand() * 40) * 250 * s, s, rand() < .05 ? "" : rand() < .2 ? "true" : "false", rand() < .05 ? "" : roof[1 + int(rand() * 3)], 0.5 + rand() } }' >"$DIR/p/data/h.csv"
sum() { sed '/"seconds": {/,/}/d' "$1/summary.json" | cat - "$1/decisions.csv" | sha256sum; } # all but the seconds
run "$LUCID" run "$DIR/p" --out "$DIR/one" --threads 1
ok same_bytes_runs [ "$rc" = 0 ]
one=$(sum "$DIR/one")
ok four_outcomes_are_there [ "$(cut -d, -f3 "$DIR/one/decisions.csv" | tail -n +2 | sort -u | wc -l)" = 4 ]
same() { if [ "$(sum "$2")" = "$one" ]; then pass "$1"; else fail "$1"; fi; }
run "$LUCID" run "$DIR/p" --out "$DIR/two" --threads 2
same two_threads_give_the_same_bytes "$DIR/two"
LUCID_THREADS=5 run "$LUCID" run "$DIR/p" --out "$DIR/five"
same five_threads_give_the_same_bytes "$DIR/five"
run "$LUCID" identify "$DIR/one/same.lucid" --decisions "$DIR/one/decisions.csv"
same the_same_registry_decided_again_gives_the_same_bytes "$DIR/one"
other=$(dirname "$LUCID")/same
build() { make -s -j"$(nproc)" -C "$TOP" BUILD="$other-$1" "$other-$1/lucid" "$2" >"$DIR/log" 2>&1 || { tail -5 "$DIR/log"; return 1; }; }
if command -v clang >/dev/null; then
  if build clang CC=clang; then
    run "$other-clang/lucid" run "$DIR/p" --out "$DIR/clang"
    same clang_gives_the_same_bytes "$DIR/clang"
  else
    fail clang_gives_the_same_bytes
  fi
else
  skip clang_gives_the_same_bytes "clang is absent"
fi
if build plain CFLAGS=-DLUCID_PLAIN; then
  run "$other-plain/lucid" run "$DIR/p" --out "$DIR/plain"
  same without_avx2_the_same_bytes "$DIR/plain"
else
  fail without_avx2_the_same_bytes
fi
finish
