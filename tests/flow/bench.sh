#!/bin/sh
# The benchmarks on few rows: that they build and run, and that Lucid and its peer count the same households in every home.
# Their times say nothing here; `make bench` measures.
. "$(dirname "$0")/lib.sh"
BUILD=${BUILD:-build}
for b in decide snapshot registry open; do
  run make -s -C "$TOP" BUILD="$BUILD" "$BUILD/bench/bench_$b"
  ok bench_${b}_builds [ "$rc" = 0 ]
done
case $BUILD in /*) bench=$BUILD/bench ;; *) bench=$TOP/$BUILD/bench ;; esac
cd "$TOP" || exit 1 # the programme and the peer are found from here
run "$bench/bench_decide" --folder "$DIR/rows" --scale 0.003 --households 3000 --runs 1
ok a_nation_of_three_thousand_is_decided_as_the_peer_does [ "$rc" = 0 ]
says says_how_long_it_took "decide: "
says says_what_it_kept_beside_the_columns "% of the columns"
says says_how_the_peer_did_or_why_it_is_not_there "DuckDB: "

fails a_word_it_does_not_know_is_refused 2 "usage: bench_decide" "$bench/bench_decide" --fast
run "$bench/bench_snapshot" --rows 5000
ok a_snapshot_is_built_written_and_opened [ "$rc" = 0 ]
run env TMPDIR="$DIR" "$bench/bench_registry" --households 1500 --lines
ok people_come_in_and_three_rounds_are_frozen [ "$rc" = 0 ]
says says_what_the_engine_alone_took_to_take_them_in "times SQLite's bare insert of the same values"
says says_what_nothing_changed_costs "close, nothing changed"
run env TMPDIR="$DIR" "$bench/bench_open" --households 1000,3000 --samples 200
ok households_open_in_a_small_and_in_a_larger_registry [ "$(echo "$out" | grep -c "households: opened in")" = 2 ]
finish
