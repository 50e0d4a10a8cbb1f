#!/bin/sh
# The benchmarks on few rows: rules from text and a loop written by hand must come to the same decisions, counts and sums.
# Their times say nothing here; `make bench` measures.
. "$(dirname "$0")/lib.sh"
BUILD=${BUILD:-build}
for b in decide snapshot; do
  run make -s -C "$TOP" BUILD="$BUILD" "$BUILD/bench/bench_$b"
  ok bench_${b}_builds [ "$rc" = 0 ]
done
case $BUILD in /*) bench=$BUILD/bench ;; *) bench=$TOP/$BUILD/bench ;; esac
run "$bench/bench_decide" --rows 200000
ok rules_decide_as_the_loop_does [ "$rc" = 0 ]
says says_its_ratio_to_the_loop "decide: "
says says_it_for_members_too "members: "
run "$bench/bench_decide" --rows 9
ok nine_households_over_eight_segments_are_fine [ "$rc" = 0 ]
fails a_word_it_does_not_know_is_refused 2 "usage: bench_decide" "$bench/bench_decide" --fast
run "$bench/bench_snapshot" --rows 5000
ok a_snapshot_is_built_written_and_opened [ "$rc" = 0 ]
finish
