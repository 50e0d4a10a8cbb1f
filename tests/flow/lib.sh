# lib.sh - what every flow test sources. A flow drives the built program as a user does and prints one line a promise:
# `ok NAME`, `not ok NAME` (with what was seen), or `skip NAME: why`. tools/run-tests adds them up.
#   run CMD...             runs it; $out, $errs and $rc hold what came
#   ok NAME TEST...        the test command must succeed
#   says NAME TEXT         $out or $errs must contain the text
#   fails NAME RC TEXT CMD...   the command must exit with RC and its message contain TEXT
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
pass() { echo "ok $1"; }
fail() {
  failures=$((failures + 1))
  echo "not ok $1"
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
finish() { [ "$failures" -eq 0 ]; exit $?; }
