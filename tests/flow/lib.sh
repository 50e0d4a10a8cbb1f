# lib.sh - what every flow test sources. A flow drives the built program as a user does and prints one line a promise:
# `ok NAME`, `not ok NAME` (with what was seen), or `skip NAME: why`. tools/run-tests adds them up.
#   run CMD...             runs it; $out, $errs and $rc hold what came
#   ok NAME TEST...        the test command must succeed
#   says NAME TEXT         $out or $errs must contain the text
#   fails NAME RC TEXT CMD...   the command must exit with RC and its message contain TEXT
# A flow that says `both` after sourcing this runs twice, side by side, on files and on databases of a PostgreSQL server of its own. It
# then names its registries by
#   reg NAME               a file in $DIR, or the URL of a database (made when first named)
#   moved NAME FILE        a registry that was made as a file (by `lucid run`): that file, or the database it was copied to, key and all
#   twin NAME OF           registry NAME, all that registry OF is, to be hurt in its place
#   no_more NAME           removes it with all that lies beside
#   key_of NAME, snapshots_of NAME    where they lie
#   on_files, on_databases true where they say so: for what only one engine has
# A flow without `both` says why.
#   ask REGISTRY SQL       what its tables say, on either engine
# $LUCID is the program, $DIR a fresh folder that is removed afterwards, $TOP the repository.
set -u
TOP=$(cd "$(dirname "$0")/../.." && pwd)
LUCID=${LUCID:-$TOP/${BUILD:-build}/lucid}
case $LUCID in /*) ;; *) LUCID=$PWD/$LUCID ;; esac
[ -x "$LUCID" ] || LUCID=${BUILD:-$TOP/build}/lucid
DATA=${LUCID_TEST_DATA:-$TOP/../shared/data}
DIR=$(mktemp -d) && trap 'chmod -R u+w "$DIR" 2>/dev/null; rm -rf "$DIR"' EXIT
failures=0
export LC_ALL=C.UTF-8

run() { "$@" >"$DIR/.out" 2>"$DIR/.err" </dev/null; rc=$?; out=$(cat "$DIR/.out"); errs=$(cat "$DIR/.err"); return $rc; }
ON=
pass() { echo "ok $1$ON"; }
fail() {
  failures=$((failures + 1))
  echo "not ok $1$ON"
  printf 'exit code %s\nstdout: %s\nstderr: %s\n' "${rc:-}" "${out:-}" "${errs:-}" | sed 's/^/    /' | head -40
}
skip() { echo "skip $1: $2"; }
ok() { name=$1; shift; if "$@"; then pass "$name"; else fail "$name"; fi; }
says() { case "$out
$errs" in *"$2"*) pass "$1" ;; *) echo "    wanted: $2"; fail "$1" ;; esac; }
fails() {
  name=$1 want=$2 text=$3; shift 3
  run "$@"
  case "$out
$errs" in *"$text"*) found=1 ;; *) found=0 ;; esac
  if [ "$rc" = "$want" ] && [ $found = 1 ]; then pass "$name"; else echo "    wanted exit $want and: $text"; fail "$name"; fi
}
# near NAME A B RELATIVE: two numbers agree
near() { if awk -v a="$2" -v b="$3" -v r="$4" 'BEGIN{d=a-b;if(d<0)d=-d;if(b<0)b=-b;exit !(a!=""&&d<=r*(b>1e-300?b:1))}'; then pass "$1"; else echo "    $2 is not $3"; fail "$1"; fi; }
ask() {
  case $1 in
  postgresql:*) psql -XqAt -v ON_ERROR_STOP=1 "$1" -c 'SET search_path = lucid' -c "$2" ;;
  *) sqlite3 -cmd '.timeout 5000' "$1" "$2" ;;
  esac
}
on_files() { [ "${ENGINE:-file}" = file ]; }
on_databases() { ! on_files; }
both() {
  case ${ENGINE:-} in
  file)
    moved() { echo "$2"; }
    twin() { rm -f "$DIR/$1.lucid"*; for f in "$DIR/$2.lucid" "$DIR/$2.lucid-wal" "$DIR/$2.lucid.key"; do [ ! -e "$f" ] || cp -p "$f" "$DIR/$1${f#"$DIR/$2"}"; done; reg "$1"; }
    reg() { echo "$DIR/$1.lucid"; }
    key_of() { echo "$DIR/$1.lucid.key"; }
    snapshots_of() { echo "$DIR/$1.snapshots"; }
    no_more() { rm -rf "$DIR/$1.lucid"* "$DIR/$1.snapshots"; } ;;
  postgres)
    ON=" (PostgreSQL)"
    export XDG_DATA_HOME="$DIR/home"
    reg() {
      [ -e "$DIR/.database-$1" ] || { psql -Xq "$LUCID_TEST_PG" -c "CREATE DATABASE \"$1\" TEMPLATE template0 ENCODING 'UTF8'" >/dev/null 2>&1 && : >"$DIR/.database-$1"; }
      echo "$LUCID_TEST_PG" | sed "s#/lucid?#/$1?#"
    }
    moved() {
      to=$(reg "$1")
      there=$("$LUCID" copy "$2" "$to" 2>&1 >/dev/null | sed -n 's/.*looks for it in //p')
      mkdir -p "$(dirname "$there")" && cp -p "$2.key" "$there" && cp -r "${2%.lucid}.snapshots" "${there%.key}.snapshots"
      echo "$to"
    }
    twin() {
      psql -Xq "$LUCID_TEST_PG" -c "DROP DATABASE IF EXISTS \"$1\" WITH (FORCE)" -c "CREATE DATABASE \"$1\" TEMPLATE \"$2\"" >/dev/null 2>&1 && : >"$DIR/.database-$1"
      rm -rf "$XDG_DATA_HOME/lucid/$1"-* && for f in "$XDG_DATA_HOME/lucid/$2"-*; do cp -rp "$f" "$XDG_DATA_HOME/lucid/$1${f#"$XDG_DATA_HOME/lucid/$2"}"; done
      reg "$1"
    }
    key_of() { echo "$XDG_DATA_HOME/lucid/$1"-*/registry.key; }
    snapshots_of() { echo "$XDG_DATA_HOME/lucid/$1"-*/registry.snapshots; }
    no_more() { psql -Xq "$(reg "$1")" -c 'SET client_min_messages = error; DROP SCHEMA IF EXISTS lucid CASCADE' && rm -rf "$XDG_DATA_HOME/lucid/$1"-*; } ;;
  *)
    ENGINE=file sh "$0" >"$DIR/.file" 2>&1 & files=$!
    ENGINE=postgres "$TOP/tools/with-postgres" sh "$0" >"$DIR/.databases" 2>&1; databases=$?
    wait $files; files=$?
    cat "$DIR/.file" "$DIR/.databases"
    [ $databases = 77 ] && { skip "the same on PostgreSQL" "PostgreSQL is not installed"; databases=0; }
    [ $files = 0 ] && [ $databases = 0 ]
    exit $? ;;
  esac
}
finish() { [ "$failures" -eq 0 ]; exit $?; }
