#!/bin/sh
# The Fortran modules compile without warnings, declare what C does, and give the README's numbers. Output: TAP.
#
# fortran.sh SOURCE_ROOT SHARED_LIBRARY
set -u
root=$1 library=$(realpath "$2")
here=$root/test/ffi source=$root/examples/ffi/fortran
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
. "$root/test/tap.sh"
. "$here/shown.sh"
LD_LIBRARY_PATH=$(dirname "$library")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
cd "$work" || exit 1

# compile MAIN PROGRAM: the order of modules and the library as README.md has them.
compile() {
  gfortran -std=f2018 -Wall -Wextra -Wpedantic -Werror \
    "$source"/icltheory_*.f90 "$source/icltheory.f90" "$1" "$library" -o "$2"
}

check 'every declaration is that of C' python3 "$here/fortran_signatures.py" "$source"/icltheory_*.f90
if ! command -v gfortran >/dev/null; then
  skip 'the example compiles and runs, and so do calls of each kind' 'gfortran is not installed'
  finish
  exit
fi
check 'the example compiles' compile "$source/example.f90" ./example
./example >"$work/output" 2>"$work/log"
report $? 'and runs'
check 'it prints what its README shows' prints_as_shown "$work/output" "$source/README.md"
head -n 1 "$work/output" >"$work/first"
check 'whose first line is that of the README of the library' prints_as_shown "$work/first" "$root/README.md"
check 'calls of each kind compile' compile "$here/fortran_calls.f90" ./calls
check 'and do what they do in C' ./calls
finish
