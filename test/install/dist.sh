#!/bin/sh
# The tarball of "meson dist" holds all that the repository has, and is enough to build, test and install from.
# usage: dist.sh SOURCE_ROOT BUILD_DIR VERSION
set -u
root=$1
version=$3
work=$2/install-dist
rm -rf "$work"
mkdir -p "$work"
. "$root/test/tap.sh"
. "$root/test/install/tree.sh"
if ! is_checkout; then
  skip "meson dist" "git is not installed, or the source is not a repository"
  finish
  exit
fi

# Of a commit of its own, so that neither what the repository has not committed nor its branch matters.
{ copy_tree "$work/tree" && commit_tree "$work/tree" &&
  meson setup -Dtests=disabled -Dexamples=false "$work/build" "$work/tree" &&
  meson dist -C "$work/build" --no-tests --formats=xztar; } >"$work/log" 2>&1
report $? "meson dist writes a tarball"
tarball=$work/build/meson-dist/icltheory-$version.tar.xz
check "its checksum is beside it" sh -c 'cd "$(dirname "$1")" && sha256sum --check "$1.sha256sum"' sh "$tarball"
mkdir "$work/unpacked"
check "it unpacks" tar -xf "$tarball" -C "$work/unpacked"
source=$work/unpacked/icltheory-$version
check "it is what is in the repository" diff -r --exclude=.git "$work/tree" "$source"
check "it builds, and tests of it pass" sh -c '
  meson setup -Doptimization=0 -Dtests=enabled -Dexamples=false "$2" "$1" &&
    meson test -C "$2" version theory status && grep -q "^Ok: *3" "$2/meson-logs/testlog.txt"' sh "$source" "$work/own"
finish
