#!/bin/sh
# Debian's packaging agrees with the rest; and, where Debian's tools are, the packages are built, checked and used.
# usage: debian.sh SOURCE_ROOT BUILD_DIR VERSION
set -u
root=$1
version=$3
work=$2/install-debian
rm -rf "$work"
mkdir -p "$work"
. "$root/test/tap.sh"
debian=$root/subprojects/packaging/debian

# same DESCRIPTION: $work/wanted and $work/found have the same lines, and any.
same() {
  { [ -s "$work/wanted" ] && diff "$work/wanted" "$work/found"; } >"$work/log" 2>&1
  report $? "$1"
}

echo "$version" >"$work/wanted"
sed -n '1s/^icltheory (\([0-9.]*\)-[0-9]*) [a-zA-Z]*; urgency=[a-z]*$/\1/p' "$debian/changelog" >"$work/found"
same "the changelog's first version is the library's"
# One entry: its head, lines of two blanks, its signature; and nothing else.
grep -n -v -E \
  -e '^icltheory \([0-9.]+-[0-9]+\) [a-zA-Z]+; urgency=(low|medium|high)$' -e '^$' -e '^  [ *] *[^ ]' \
  -e '^ -- .+ <.+@.+>  (Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} [+-][0-9]{4}$' \
  "$debian/changelog" >"$work/log"
[ $? = 1 ]
report $? "the changelog has the form of one"

# A node of the map is a line of the symbols file (README.md beside debian/).
grep -o '^ICLTHEORY_[0-9.]*' "$root/lib/icltheory.map" | sort >"$work/wanted"
sed -n 's/^ (symver)\(ICLTHEORY_[0-9.]*\) [0-9.]*$/\1/p' "$debian/libicltheory0.symbols" | sort >"$work/found"
same "the symbols file has every node of the map, and no other"
awk '/^ \(symver\)/ { sub(/.*ICLTHEORY_/, ""); if (index($2 ".", $1 ".") != 1) print }' \
  "$debian/libicltheory0.symbols" >"$work/log"
[ ! -s "$work/log" ]
report $? "every node is since the release it is named after"
soversion=$(sed -n "s/^soversion = '\(.*\)'$/\1/p" "$root/meson.build")
echo "libicltheory.so.$soversion libicltheory$soversion" >"$work/wanted"
sed -n 's/^\(libicltheory[^ ]* [^ ]*\) .*/\1/p' "$debian/libicltheory0.symbols" >"$work/found"
same "the symbols file and the package are named after the SONAME"

# Every installed file is in a package, or is said not to be. Patterns are those of dh_install: a folder is all below.
sed -e '/^#/d' -e '/^$/d' -e 's/ .*//' "$debian"/*.install "$debian/not-installed" >"$work/patterns"
sed -e 's/ *#.*//' -e 's/ -> .*//' -e '/^$/d' -e 's:^LIBDIR/:lib/MACHINE/:' -e 's:^:usr/:' \
  "$root/test/install/files.txt" >"$work/files"
while read -r file; do
  found=
  while read -r pattern; do
    # shellcheck disable=SC2254 # a pattern it is
    case $file in $pattern | $pattern/*) found=yes ;; esac
  done <"$work/patterns"
  [ -n "$found" ] || echo "$file"
done <"$work/files" >"$work/log"
[ -s "$work/files" ] && [ ! -s "$work/log" ]
report $? "every file of files.txt has a place in the packages"

# The terms are the same ones.
sed -n '/^Redistribution/,$p' "$root/COPYING" >"$work/wanted"
sed -e '1,/^ Redistribution/{/^ Redistribution/!d;}' -e 's/^ \.$//' -e 's/^ //' "$debian/copyright" >"$work/found"
same "debian/copyright has the terms of COPYING"

for tool in dpkg-buildpackage dh lintian; do
  command -v $tool >/dev/null && continue
  skip "the packages are built, without errors or warnings of lintian" "$tool is not installed"
  finish
  exit
done

DEB_BUILD_OPTIONS=parallel=2 sh "$debian/../build.sh" "$work/packages" >"$work/build.log" 2>&1
status=$?
{ grep -E '^[EWI]: |(error|ERROR|FAILED|FAIL)[: ]' "$work/build.log"; tail -n 10 "$work/build.log"; } |
  cut -c 1-200 >"$work/log"
report $status "the packages are built, without errors or warnings of lintian"
check "the changelog, as Debian reads it" sh -c '[ "$(dpkg-parsechangelog -l "$1" -S Version)" = "$2-1" ]' sh \
  "$debian/changelog" "$version"
for name in .dsc .orig.tar.xz .debian.tar.xz; do
  check "the source package has its $name" sh -c 'test -s "$1/"icltheory_"$2"*"$3"' sh "$work/packages" "$version" $name
done
for package in libicltheory0 libicltheory-dev; do
  dpkg-deb -x "$work"/packages/$package"_$version"-*.deb "$work/system" && dpkg-deb -e \
    "$work"/packages/$package"_$version"-*.deb "$work/$package"
done >"$work/log" 2>&1
report $? "the packages are unpacked"
grep -o 'icl_[a-z0-9_]*;' "$root/lib/icltheory.map" | tr -d ';' | LC_ALL=C sort >"$work/wanted"
sed -n 's/^ \(icl_[a-z0-9_]*\)@.*/\1/p' "$work/libicltheory0/symbols" | LC_ALL=C sort >"$work/found"
same "the library's package lists every symbol of the map"

# Debian's own test of the installed package, with the unpacked one in its place.
pc=$(dirname "$(find "$work/system" -name icltheory.pc)")
check "the packages' examples build and run against them" env AUTOPKGTEST_TMP="$work/examples" \
  ICL_EXAMPLES="$work/system/usr/share/doc/libicltheory-dev/examples" PKG_CONFIG_PATH="$pc" \
  PKG_CONFIG_SYSROOT_DIR="$work/system" LD_LIBRARY_PATH="$(dirname "$pc")" \
  sh -c 'mkdir -p "$AUTOPKGTEST_TMP" && sh "$1"' sh "$debian/tests/consumers"
finish
