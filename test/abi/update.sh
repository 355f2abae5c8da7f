#!/bin/sh
# Writes what the tests of the binary interface hold the library to, for a developer to look through and commit:
#
#     sh test/abi/update.sh            interface.tsv, after a change of the headers
#     sh test/abi/update.sh release    also released/VERSION.tsv and libicltheory.abi, as the last step before a release
#
# A released/VERSION.tsv that exists is history. It is written again only if it is deleted first, which is right as long
# as that version is not out.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
python3 "$here/interface.py" "$root/include" >"$here/interface.tsv"
[ "${1:-}" = release ] || exit 0

version=$(sed -n "s/^  version: '\([0-9]*\.[0-9]*\)\..*/\1/p" "$root/meson.build")
released=$here/released/$version.tsv
if [ -e "$released" ]; then
  echo "$released exists: $version was released; raise the version, or delete that file if it was not" >&2
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$here/describe.sh"
describe "$root" "$work/build" "$here/libicltheory.abi"
cp "$here/interface.tsv" "$released"
