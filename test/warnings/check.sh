#!/bin/sh
# The whole tree compiles without a warning, with gcc and with clang.
# usage: check.sh SOURCE_ROOT BUILD_DIR
set -u
echo 1..2
number=0
for compiler in gcc clang; do
  number=$((number + 1))
  work=$2/warnings-$compiler
  if ! command -v $compiler >/dev/null; then
    echo "ok $number - no warnings: $compiler # SKIP $compiler is not installed"
    continue
  fi
  rm -rf "$work"
  if CC=$compiler meson setup -Dwerror=true -Dtests=enabled "$work" "$1" >"$work.log" 2>&1 &&
    ninja -C "$work" >>"$work.log" 2>&1; then
    echo "ok $number - no warnings: $compiler"
  else
    echo "not ok $number - no warnings: $compiler"
    grep -E -A6 'warning|error' "$work.log" | sed 's/^/# /'
  fi
done
