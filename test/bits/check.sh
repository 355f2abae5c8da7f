#!/bin/sh
# What is the same with every compiler (doc/numerics.md, "Reproducibility"): the theory, as theory.txt has it; fits,
# test errors, baselines and the finite-size theory with one BLAS, to the bit, and with others to rounding.
# usage: check.sh SOURCE_ROOT BUILD_DIR
set -u
work=$2/bits
mkdir -p "$work" || exit 1
. "$1/test/tap.sh"
export OPENBLAS_NUM_THREADS=1
rm -f "$work/libm" "$work/fits"

# What needs only IEEE doubles is the same everywhere; what needs long double, where that is x86's; and what takes exp
# and log of the C library, in every build on this machine.
same_theory() {
  "$build/test/bits/bits_theory" >"$work/found" || return 1
  kinds='^\(batch\|curve\)'
  [ "$(uname -m)" != x86_64 ] || kinds='^\(batch\|curve\|long\)'
  grep "$kinds" "$1/test/bits/theory.txt" >"$work/expected"
  grep "$kinds" "$work/found" | diff "$work/expected" - || return 1
  grep '^libm' "$work/found" >"$work/libm.found"
  [ -f "$work/libm" ] || cp "$work/libm.found" "$work/libm"
  diff "$work/libm" "$work/libm.found"
}

same_fits() {
  "$build/test/bits/bits_fits" write "$work/fits.found" || return 1
  [ -f "$work/fits" ] || cp "$work/fits.found" "$work/fits"
  cmp "$work/fits" "$work/fits.found"
}

wide=
if [ "$(uname -m)" = x86_64 ] && grep -qw avx2 /proc/cpuinfo; then wide='-mavx2 -mfma'; fi
for compiler in gcc clang; do
  for level in 0 3; do
    built="$compiler -O$level"
    extra=
    [ "$level" -eq 0 ] || extra=$wide
    if ! command -v $compiler >/dev/null; then
      skip "theory: $built" "$compiler is not installed"
      skip "fits: $built" "$compiler is not installed"
      continue
    fi
    build=$work/$compiler$level
    rm -rf "$build"
    if ! { CC=$compiler meson setup -Dbuildtype=plain -Doptimization=$level "-Dc_args=$extra" -Dexamples=false \
      -Dtests=enabled "$build" "$1" && ninja -C "$build" test/bits/bits_theory test/bits/bits_fits; } \
      >"$work/log" 2>&1; then
      report 1 "build: $built"
      continue
    fi
    check "theory: $built $extra" same_theory "$1"
    check "fits: $built $extra" same_fits
  done
done

# Another order of sums in the BLAS: kernels for an old processor, or threads of its own.
for setting in OPENBLAS_CORETYPE=Prescott OPENBLAS_NUM_THREADS=4; do
  if [ "$(uname -m)" != x86_64 ] || ! ldd "$build/test/bits/bits_fits" | grep -q openblas; then
    skip "fits to rounding: $setting" "this BLAS is not OpenBLAS on x86_64"
  else
    check "fits to rounding: $setting" env "$setting" "$build/test/bits/bits_fits" compare "$work/fits"
  fi
done
finish
