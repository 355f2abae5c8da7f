#!/bin/sh
# Every public header compiles alone, strictly, as C99 and as C++11, with every compiler at hand; and a program may use
# all of them from C++. Output: TAP.
#
# check.sh SOURCE_ROOT
set -u
include=$1/include source=$1/test/headers
strict='-pedantic-errors -Wall -Wextra -Werror -Wstrict-aliasing -Wshadow'
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
. "$1/test/tap.sh"

# compile COMPILER LANGUAGE STANDARD FILE DESCRIPTION
compile() {
  if ! command -v "$1" >/dev/null 2>&1; then
    skip "$5, $3, $1" "$1 was not found"
    return
  fi
  # shellcheck disable=SC2086 # the flags are several words
  check "$5, $3, $1" "$1" -x "$2" -std="$3" $strict -I"$include" -c -o "$work/object" "$4"
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
  check "icltheory.h includes $header" grep -q "^#include <$header>\$" "$include/icltheory.h"
done
# shellcheck disable=SC2086 # a list of names
(cd "$include" && grep -Hn '^ *# *include' $headers) |
  grep -v -e '<icltheory/[a-z]*\.h>$' -e '<stdint\.h>$' -e '<stddef\.h>$' >"$work/strange"
check 'headers include only <stddef.h>, <stdint.h> and each other' diff /dev/null "$work/strange"

finish
