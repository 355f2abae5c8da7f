#!/bin/sh
# Installs to a scratch prefix and builds the README's program against it, through pkg-config alone.
# usage: check.sh SOURCE_ROOT BUILD_DIR VERSION
set -u
root=$1
build=$2
version=$3
work=$build/install-check
rm -rf "$work"
mkdir -p "$work"
. "$root/test/tap.sh"

{ meson setup --prefix "$work/prefix" -Dtests=disabled -Dexamples=false "$work/build" "$root" &&
  meson install -C "$work/build"; } >"$work/log" 2>&1
report $? "install to a scratch prefix"
PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name icltheory.pc)")
export PKG_CONFIG_PATH
libdir=$(pkg-config --variable=libdir icltheory)

[ "$(pkg-config --modversion icltheory)" = "$version" ] >"$work/log" 2>&1
report $? "pkg-config gives the version"
! pkg-config --exists 'icltheory >= 99' >"$work/log" 2>&1
report $? "pkg-config refuses a version that is too new"

# man NAME opens the manual page for each function.
awk '$1 == "function" { print $2 }' "$root/test/abi/interface.tsv" | while read -r name; do
  [ -s "$work/prefix/share/man/man3/$name.3" ] || echo "$name"
done >"$work/log"
[ ! -s "$work/log" ] && [ -s "$work/prefix/share/man/man3/icltheory.3" ]
report $? "the manual page is installed, under the name of each function too"

# The program is the README's own text.
python3 "$root/test/doc/blocks.py" "$root/README.md" c >"$work/readme.c"
# shellcheck disable=SC2046
cc -std=c99 -Wall -Wextra -Werror "$work/readme.c" $(pkg-config --cflags --libs icltheory) -o "$work/shared" \
  >"$work/log" 2>&1
report $? "the README's program compiles as C99 against the shared library"
LD_LIBRARY_PATH=$libdir "$work/shared" >"$work/output" 2>"$work/log"
report $? "and runs"
# shellcheck disable=SC2046
cc -std=c99 "$work/readme.c" $(pkg-config --cflags icltheory) "$libdir/libicltheory.a" \
  $(pkg-config --static --libs icltheory | sed 's/-licltheory//') -o "$work/static" >"$work/log" 2>&1 &&
  "$work/static" >"$work/output-static" 2>>"$work/log" && cmp "$work/output" "$work/output-static" >>"$work/log" 2>&1
report $? "the same against libicltheory.a and the system's BLAS, with the same output"

# The README's line for a program without any shared library. Debian's static BLAS needs Fortran's library.
name="the README's fully static program, with the same output"
if ! echo 'int main(void) { return 0; }' | cc -static -x c - -x none -L"$(pkg-config --variable=libdir openblas)" \
  -lopenblas -lgfortran -lquadmath -lm -o "$work/probe" >/dev/null 2>&1; then
  skip "$name" "libopenblas.a or libgfortran.a is not installed"
else
  # shellcheck disable=SC2046
  cc -static "$work/readme.c" $(pkg-config --static --cflags --libs icltheory) \
    -lopenblas -lgfortran -lquadmath -lm -o "$work/full" >"$work/log" 2>&1 &&
    "$work/full" >"$work/output-full" 2>>"$work/log" && cmp "$work/output" "$work/output-full" >>"$work/log" 2>&1
  report $? "$name"
fi

# The README's call of the second example, on numbers without a meaning.
name="the README's call of 02_own_data"
call=$(grep -E '^    build/examples/02_own_data ' "$root/README.md")
if ! /usr/bin/python3 -c 'import numpy' 2>/dev/null || [ ! -x "$build/../examples/02_own_data" ]; then
  skip "$name" "NumPy is not installed, or the examples are not built"
else
  (mkdir "$work/example" && cd "$work/example" && /usr/bin/python3 -c 'import numpy as np
random = np.random.default_rng(1)
np.save("x.npy", random.normal(size=(50, 9, 3))), np.save("y.npy", random.normal(size=(50, 9)))' &&
    ln -s "$build/.." build && sh -c "$call") >"$work/log" 2>&1
  report $? "$name"
fi
# What the README shows as output is what comes out.
python3 "$root/test/doc/blocks.py" "$root/README.md" text >"$work/expected"
diff "$work/expected" "$work/output" >"$work/log" 2>&1
report $? "the README shows the program's output"
finish
