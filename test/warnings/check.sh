#!/bin/sh
# The whole tree compiles without a warning, with gcc and with clang.
# usage: check.sh SOURCE_ROOT BUILD_DIR
set -u
work=$2/warnings
mkdir -p "$work" || exit 1
. "$1/test/tap.sh"
for compiler in gcc clang; do
  name="no warnings: $compiler"
  if ! command -v $compiler >/dev/null; then
    skip "$name" "$compiler is not installed"
    continue
  fi
  build=$work/$compiler
  rm -rf "$build"
  { CC=$compiler meson setup -Dwerror=true -Dtests=enabled "$build" "$1" && ninja -C "$build"; } >"$build.log" 2>&1
  status=$?
  grep -E -A6 'warning|error' "$build.log" >"$work/log"
  report $status "$name"
done
finish
