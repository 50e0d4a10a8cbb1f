#!/bin/sh
# The unit tests of store and registry once more, with a PostgreSQL database in place of a file, and what writes rows once more over two servers.
# What is about files alone is left out.
. "$(dirname "$0")/lib.sh"
if [ -z "${LUCID_TEST_PG:-}" ]; then
  "$TOP/tools/with-postgres" -n 2 sh "$0"
  rc=$?
  [ $rc = 77 ] && { skip "store and registry on PostgreSQL" "PostgreSQL is not installed"; exit 0; }
  exit $rc
fi
units=$(dirname "$LUCID")/unit
# once TEST WHERE
once() {
  room=${1#*/} where=$2
  [ -x "$units/$1" ] || { skip "$1 on $where" "the unit tests are not built: make test builds them"; return; }
  "$units/$1" >"$DIR/log" 2>&1
  rc=$?
  sed -n 's/^\[       OK \] \(.*\)/ok '"$room"' on '"$where"': \1/p' "$DIR/log"
  if [ $rc != 0 ]; then out=$(grep -v '^\[ RUN\|^\[       OK' "$DIR/log") errs=; fail "$room on $where"; fi
}
for t in store/test_store registry/test_import registry/test_history registry/test_seal registry/test_seed registry/test_copy registry/test_natural registry/test_touched registry/test_transfer registry/test_kill; do
  once $t PostgreSQL
done
export LUCID_TEST_SHARDS=1
for t in registry/test_import registry/test_history registry/test_seal registry/test_seed registry/test_natural registry/test_touched registry/test_transfer; do
  once $t "two servers"
done
finish
