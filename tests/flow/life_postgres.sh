#!/bin/sh
# The same lives and the same sheets on a PostgreSQL server: tests/flow/life.sh and sheet.sh with a registry in a database.
top=$(cd "$(dirname "$0")/../.." && pwd)
if [ -z "${LUCID_TEST_PG:-}" ]; then
  "$top/tools/with-postgres" sh "$top/tests/flow/life_postgres.sh"
  rc=$?
  [ $rc = 77 ] && { echo "skip the life of households in PostgreSQL: PostgreSQL is not installed"; exit 0; }
  exit $rc
fi
LIFE_REGISTRY=$LUCID_TEST_PG sh "$top/tests/flow/life.sh"
lives=$?
SHEET_REGISTRY=$(echo "$LUCID_TEST_PG" | sed 's,/lucid?,/lucid2?,') sh "$top/tests/flow/sheet.sh"
[ $? = 0 ] && [ $lives = 0 ]
