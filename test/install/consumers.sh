#!/bin/sh
# The projects of examples/consumers, copied elsewhere, against an installed library found by pkg-config alone.
# usage: consumers.sh SOURCE_ROOT BUILD_DIR
set -u
root=$1
shared=$2/install
work=$2/install-consumers
rm -rf "$work"
mkdir -p "$work"
. "$root/test/tap.sh"
. "$root/test/install/prefix.sh"

# project FOLDER: a fresh copy, and into it; $required, if any, instead of the version it asks for.
required=
project() {
  cp -r "$root/examples/consumers" "$work/$1" && cd "$work/$1" || return 1
  [ -z "$required" ] || sed -i "s/\(>= *\)0\.1/\1$required/" Makefile CMakeLists.txt meson.build
}

# programs KIND FOLDER: both programs are linked as they should be, and print what the first one built did.
programs() {
  for program in ridges ridges_cpp; do
    linked "$1" "$2/$program" && LD_LIBRARY_PATH=$libdir "$2/$program" >"$work/output" || return 1
    [ -f "$work/expected" ] || cp "$work/output" "$work/expected"
    cmp "$work/expected" "$work/output" || return 1
  done
}

# The ways to build, each in a fresh copy; further arguments are the build system's.
build_by_hand() {
  project "$1" && shift || return 1
  # shellcheck disable=SC2046
  cc -std=c99 -Wall -Wextra -Werror ridges.c $(pkg-config --cflags --libs icltheory) -o ridges &&
    c++ -std=c++11 -Wall -Wextra -Werror ridges.cpp $(pkg-config --cflags --libs icltheory) -o ridges_cpp
}
build_by_make() { project "$1" && shift && make "$@"; }
build_by_cmake() { project "$1" && shift && cmake -B . "$@" && cmake --build .; }
build_by_meson() { project "$1" && shift && meson setup --wrap-mode=nofallback "$@" build && ninja -C build; }

# build KIND TOOL ARGUMENTS...: one consumer is built, linked and run; $installed says against what.
build() {
  kind=$1
  tool=$2
  shift 2
  name="$tool $*: linked $kind, $installed"
  if [ "$tool" != hand ] && ! command -v "$tool" >/dev/null; then
    skip "$name" "$tool is not installed"
    return
  fi
  folder=$(echo "$tool-$kind-$installed" | tr ' ' -)
  ("build_by_$tool" "$folder" "$@" && programs "$kind" "$([ "$tool" = meson ] && echo build || echo .)") \
    >"$work/log" 2>&1
  report $? "$name"
}

# too_new TOOL: with a version asked for that does not exist, nothing is built, and the message names it.
too_new() {
  name="$1: a version that is too new is refused"
  if ! command -v "$1" >/dev/null; then
    skip "$name" "$1 is not installed"
    return
  fi
  required=99.1
  (! "build_by_$1" "new-$1") >"$work/log" 2>&1 && grep -q 'icltheory *>= *99\.1\|need.*99\.1' "$work/log"
  report $? "$name"
  required=
}

install_both
report $? "the library is installed"
installed='both libraries installed'
build shared hand
build shared make
build static make STATIC=1
build shared cmake
build static cmake -DSTATIC=ON
build shared meson
for tool in make cmake meson; do too_new $tool; done

install_static
report $? "the static library alone is installed"
installed='the static one installed'
for tool in hand make cmake meson; do build static $tool; done

# What all of them printed is not nothing.
grep -c '^lambda .* error [0-9.]*, limit [0-9.]*$' "$work/expected" >"$work/log"
[ "$(cat "$work/log")" = 4 ]
report $? "the programs print four errors"
finish
