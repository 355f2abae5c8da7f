#!/bin/sh
# The theory from R, compiled as its README says. Output: TAP.
#
# r.sh SOURCE_ROOT SHARED_LIBRARY
set -u
root=$1 library=$(realpath "$2")
here=$root/test/ffi source=$root/examples/ffi/r
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
. "$root/test/tap.sh"
. "$here/shown.sh"
if ! command -v R >/dev/null || ! command -v Rscript >/dev/null; then
  skip 'the theory from R' 'R is not installed'
  finish
  exit
fi
LD_LIBRARY_PATH=$(dirname "$library")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
cp "$source"/* "$work" && cd "$work" || exit 1

PKG_CPPFLAGS="-I$root/include" PKG_CFLAGS='-Wall -Wextra -Werror' PKG_LIBS=$library \
  R CMD SHLIB icltheory_r.c >"$work/log" 2>&1
report $? 'the C file compiles'
Rscript example.R >"$work/output" 2>"$work/log"
report $? 'the example runs'
check 'it prints what its README shows' prints_as_shown "$work/output" "$source/README.md"
grep -o 'in the limit of large d: .*' "$root/README.md" | tail -n 1 >"$work/expected"
head -n 1 "$work/output" >"$work/first"
check 'whose first line is that of the README of the library' diff "$work/expected" "$work/first"
check 'calls' Rscript "$here/r_calls.R" "$root/test/abi/interface.tsv"
finish
