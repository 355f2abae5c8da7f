#!/bin/sh
# The theory from Octave, compiled as its README says. Output: TAP.
#
# octave.sh SOURCE_ROOT SHARED_LIBRARY
set -u
root=$1 library=$(realpath "$2")
here=$root/test/ffi source=$root/examples/ffi/octave
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
. "$root/test/tap.sh"
. "$here/shown.sh"
if ! command -v octave-cli >/dev/null || ! command -v mkoctfile >/dev/null; then
  skip 'the theory from Octave' 'Octave or its mkoctfile is not installed'
  finish
  exit
fi
LD_LIBRARY_PATH=$(dirname "$library")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
cp "$source"/* "$work" && cd "$work" || exit 1

CFLAGS='-O2 -fPIC -Wall -Wextra -Werror' \
  mkoctfile --mex "-I$root/include" "-L$(dirname "$library")" -licltheory icltheory_mex.c >"$work/log" 2>&1
report $? 'the MEX file compiles'
octave-cli --norc learning_curve.m >"$work/output" 2>"$work/log"
report $? 'the example runs'
check 'it prints what its README shows' prints_as_shown "$work/output" "$source/README.md"
grep -o 'in the limit of large d: .*' "$root/README.md" | tail -n 1 >"$work/expected"
head -n 1 "$work/output" >"$work/first"
check 'whose first line is that of the README of the library' diff "$work/expected" "$work/first"
check 'calls' octave-cli --norc --path "$work" "$here/octave_calls.m" "$root/test/abi/interface.tsv"
finish
