#!/bin/sh
# Every public header compiles alone, strictly, as C99 and as C++11, with every compiler at hand; and a program may use
# all of them from C++. Output: TAP.
#
# check.sh INCLUDE_DIRECTORY SOURCE_DIRECTORY
set -u
include=$1 source=$2
strict='-pedantic-errors -Wall -Wextra -Werror -Wstrict-aliasing -Wshadow'
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0 failures=0

# report STATUS DESCRIPTION: one TAP line.
report() {
  number=$((number + 1))
  if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; failures=$((failures + 1)); fi
}

skip() {
  number=$((number + 1))
  echo "ok $number - $1 # SKIP $2 was not found"
}

# compile COMPILER LANGUAGE STANDARD FILE DESCRIPTION. Diagnostics become TAP comments.
compile() {
  if ! command -v "$1" >/dev/null 2>&1; then
    skip "$5, $3, $1" "$1"
    return
  fi
  # shellcheck disable=SC2086 # the flags are several words
  diagnostics=$("$1" -x "$2" -std="$3" $strict -I"$include" -c -o "$work/object" "$4" 2>&1)
  status=$?
  [ -z "$diagnostics" ] || echo "$diagnostics" | sed 's/^/# /'
  report $status "$5, $3, $1"
}

headers=$(cd "$include" && echo icltheory.h icltheory/*.h)

for header in $headers; do
  # Twice: the guard has to hold.
  printf '#include <%s>\n#include <%s>\n' "$header" "$header" >"$work/alone"
  for compiler in gcc clang; do compile $compiler c c99 "$work/alone" "$header"; done
  for compiler in g++ clang++; do compile $compiler c++ c++11 "$work/alone" "$header"; done
done

for compiler in g++ clang++; do
  compile $compiler c++ c++11 "$source/use.cpp" 'icltheory.h used from C++'
done

# Whoever includes icltheory.h gets every header, and nothing of the system's but the integer types.
for header in $headers; do
  [ "$header" = icltheory.h ] && continue
  grep -q "^#include <$header>\$" "$include/icltheory.h"
  report $? "icltheory.h includes $header"
done
# shellcheck disable=SC2086 # a list of names
strange=$(cd "$include" && grep -Hn '^ *# *include' $headers | grep -v -e '<icltheory/[a-z]*\.h>$' -e '<stdint\.h>$' \
  -e '<stddef\.h>$')
[ -z "$strange" ] || echo "$strange" | sed 's/^/# /'
[ -z "$strange" ]
report $? 'headers include only <stddef.h>, <stdint.h> and each other'

echo "1..$number"
[ "$failures" -eq 0 ]
