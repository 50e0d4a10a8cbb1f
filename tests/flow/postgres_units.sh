#!/bin/sh
# The unit tests of store and registry once more, with a PostgreSQL database in place of a file. What is about files alone is left out.
. "$(dirname "$0")/lib.sh"
if [ -z "${LUCID_TEST_PG:-}" ]; then
  "$TOP/tools/with-postgres" sh "$0"
  rc=$?
  [ $rc = 77 ] && { skip "store and registry on PostgreSQL" "PostgreSQL is not installed"; exit 0; }
  exit $rc
fi
units=$(dirname "$LUCID")/unit
for t in store/test_store registry/test_import registry/test_history registry/test_seal registry/test_seed registry/test_copy registry/test_natural registry/test_touched registry/test_kill; do
  [ -x "$units/$t" ] || { skip "$t on PostgreSQL" "the unit tests are not built: make test builds them"; continue; }
  "$units/$t" >"$DIR/log" 2>&1
  rc=$?
  room=${t#*/}
  sed -n 's/^\[       OK \] \(.*\)/ok '"$room"' on PostgreSQL: \1/p' "$DIR/log"
  if [ $rc != 0 ]; then out=$(grep -v '^\[ RUN\|^\[       OK' "$DIR/log") errs=; fail "$room on PostgreSQL"; fi
done
finish
