#!/bin/sh
# Makes Debian's source and binary packages of this version from a copy of the source, and looks at them with lintian.
# usage: build.sh FOLDER    an empty or new one; nothing else is written to
# Needs debhelper and lintian, and what debian/control names. DEB_BUILD_OPTIONS=nocheck leaves out the tests.
set -eu
[ $# = 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
[ -z "$(ls -A "$folder")" ] || { echo "$folder is not empty" >&2; exit 2; }
work=$folder
. "$root/test/install/tree.sh"

# The version is Meson's; that of the packaging has one number more.
version=$(sed -n "s/^ *version: '\([0-9.]*\)',$/\1/p" "$root/meson.build" | head -n 1)
source=$folder/icltheory-$version
if is_checkout; then
  copy_tree "$source"
else
  mkdir "$source" && cp -r "$root/." "$source"
fi
rm -f "$folder/names"
tar -C "$folder" --sort=name --owner=0 --group=0 --numeric-owner -cJf "$folder/icltheory_$version.orig.tar.xz" \
  "icltheory-$version"
cp -r "$source/subprojects/packaging/debian" "$source/debian"

cd "$source"
dpkg-buildpackage -us -uc
# Pedantic tags are shown, too; errors and warnings end the script, but for those overridden. (--show-overrides would
# count these as well.)
lintian --display-info --pedantic --fail-on error,warning ../icltheory_*.changes
