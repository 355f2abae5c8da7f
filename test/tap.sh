# Test Anything Protocol for the shell scripts of test/, which source this file with a writable folder in $work.
# Each check writes what explains a failure to $work/log.
number=0 failures=0

# report STATUS NAME: one line, and the log if it failed.
report() {
  number=$((number + 1))
  if [ "$1" -eq 0 ]; then
    echo "ok $number - $2"
  else
    echo "not ok $number - $2"
    failures=$((failures + 1))
    if [ -s "$work/log" ]; then sed 's/^/# /' "$work/log"; fi
  fi
  : >"$work/log"
}

# skip NAME REASON
skip() {
  number=$((number + 1))
  echo "ok $number - $1 # SKIP $2"
}

# check NAME COMMAND...: the command succeeds; its output is the log.
check() {
  name=$1
  shift
  "$@" >"$work/log" 2>&1
  report $? "$name"
}

# refuse NAME COMMAND...: it fails.
refuse() {
  name=$1
  shift
  ! "$@" >"$work/log" 2>&1
  report $? "$name"
}

# The plan, which comes last; the script's exit status.
finish() {
  echo "1..$number"
  [ "$failures" -eq 0 ]
}
