#!/bin/sh
# Configuring fails where the version, the SONAME or the map of symbols moved without the others. Output: TAP.
#
# soname.sh SOURCE_ROOT
set -u
root=$1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
. "$root/test/tap.sh"

# configure EXPRESSION FILE: what meson says of a tree whose FILE was changed by this sed expression. Only the decisions
# are in that tree, which come first in meson.build, so that it never configures.
configure() {
  rm -rf "$work/tree"
  mkdir -p "$work/tree/lib"
  cp "$root/meson.build" "$root/meson_options.txt" "$work/tree"
  cp "$root/lib/icltheory.map" "$work/tree/lib"
  sed -i "$1" "$work/tree/$2"
  meson setup "$work/tree/build" "$work/tree" >"$work/log" 2>&1
}

# refused DESCRIPTION MESSAGE EXPRESSION FILE
refused() {
  configure "$3" "$4"
  grep -q "$2" "$work/log"
  report $? "$1"
}

configure '' meson.build
grep -q 'Project name: icltheory' "$work/log" && ! grep -q 'doc/abi.md' "$work/log"
report $? 'version, SONAME and map agree as they are'
refused 'a new major version' 'decide whether it keeps SONAME' "s/^  version: '[^']*'/  version: '7.0.0'/" meson.build
refused 'a new SONAME' 'SONAME 7 is not in' "s/^soversion = .*/soversion = '7'/" meson.build
refused 'a new SONAME over an old map' 'SONAME 7 begins with 7.0' \
  "s/^soversion = .*/soversion = '7'/; s/^\(soname_decisions\) = .*/\1 = {'7': {'since': '7.0', 'majors': ['0']}}/" \
  meson.build
refused 'a node of a later version' 'a later version, 99.0' '$a ICLTHEORY_99.0 {\n  global:\n    icl_new;\n};' \
  lib/icltheory.map
finish
