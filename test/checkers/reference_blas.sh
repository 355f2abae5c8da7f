#!/bin/sh
# The compiled test programs of a build with the reference BLAS and LAPACK in the place of those that it was linked with:
# these end a program whose arguments break the standard, where OpenBLAS goes on.
# usage: reference_blas.sh BUILD_DIR WORK [OPTION...]    BUILD_DIR: compiled; options: those of programs.py
#        reference_blas.sh --folder WORK                 only makes WORK/blas for LD_LIBRARY_PATH, and prints its name
set -u
checkers=$(cd "$(dirname "$0")" && pwd)
. "$checkers/../tap.sh"
work=$2
blas=$work/blas
mkdir -p "$blas" || exit 1

# Debian has both beside what the alternatives system chose, in folders of their own. CBLAS is in the BLAS.
link_libraries() {
  system=/usr/lib/$(gcc -print-multiarch)
  [ -f "$system/blas/libblas.so.3" ] && [ -f "$system/lapack/liblapack.so.3" ] || return 1
  ln -sf "$system/blas/libblas.so.3" "$blas/libblas.so.3"
  ln -sf "$system/blas/libblas.so.3" "$blas/libopenblas.so.0"
  ln -sf "$system/lapack/liblapack.so.3" "$blas/liblapack.so.3"
}

if ! link_libraries; then
  [ "$1" != --folder ] || exit 1
  skip "reference BLAS" "libblas3 and liblapack3 of Debian are not installed"
  finish
  exit
fi
[ "$1" != --folder ] || { echo "$blas"; exit; }

# Nothing of OpenBLAS is left.
is_taken() {
  LD_LIBRARY_PATH=$blas ldd "$1" >"$work/libraries" && grep -q "$blas/" "$work/libraries" &&
    ! grep -q 'openblas-' "$work/libraries"
}
if ! is_taken "$1/lib/libicltheory.so.0" 2>"$work/log"; then
  cat "$work/libraries" >>"$work/log"
  report 1 "reference BLAS: the library takes it"
  finish
  exit
fi
build=$1
shift 2
exec python3 "$checkers/programs.py" "$build" "reference BLAS" --wrap "env LD_LIBRARY_PATH=$blas" "$@"
