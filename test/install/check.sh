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
number=0
report() { # report STATUS NAME
  number=$((number + 1))
  if [ "$1" = 0 ]; then echo "ok $number - $2"; else
    echo "not ok $number - $2"
    sed 's/^/# /' "$work/log"
  fi
}
echo 1..7

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

# The program is the README's own text.
awk '/^```c$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$root/README.md" >"$work/readme.c"
# shellcheck disable=SC2046
cc -std=c99 -Wall -Wextra -Werror "$work/readme.c" $(pkg-config --cflags --libs icltheory) -o "$work/shared" >"$work/log" 2>&1
report $? "the README's program compiles as C99 against the shared library"
LD_LIBRARY_PATH=$libdir "$work/shared" >"$work/output" 2>"$work/log"
report $? "and runs"
# shellcheck disable=SC2046
cc -std=c99 "$work/readme.c" $(pkg-config --cflags icltheory) "$libdir/libicltheory.a" \
  $(pkg-config --static --libs icltheory | sed 's/-licltheory//') -o "$work/static" >"$work/log" 2>&1 &&
  "$work/static" >"$work/output-static" 2>>"$work/log" && cmp "$work/output" "$work/output-static" >>"$work/log" 2>&1
report $? "the same against the static library, with the same output"
# What the README shows as output is what comes out.
awk '/^```text$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$root/README.md" >"$work/expected"
diff "$work/expected" "$work/output" >"$work/log" 2>&1
report $? "the README shows the program's output"
