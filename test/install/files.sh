#!/bin/sh
# What an installation consists of, what its .pc file says, and that both go along when the files are moved.
# usage: files.sh SOURCE_ROOT BUILD_DIR VERSION
set -u
root=$1
shared=$2/install
version=$3
work=$2/install-files
rm -rf "$work"
mkdir -p "$work"
. "$root/test/tap.sh"
. "$root/test/install/prefix.sh"

# equal EXPECTED FOUND: and if not, both are in the log.
equal() {
  [ "$1" = "$2" ] || { echo "expected: $1"; echo "found:    $2"; return 1; }
}

# The files below a folder, with where links point; LIBDIR is the folder of libraries, whose name is the system's.
list() {
  (cd "$1" && find . -type l -printf '%P -> %l\n' -o -type f -printf '%P\n') |
    sed "s:^$2/:LIBDIR/:" | LC_ALL=C sort
}

# consumer FOLDER HEADERS LIBRARIES COMMAND...: a fresh copy of the consumers, built there by the command, which has to
# look into these two folders, since what was moved is also where it was before; the C one runs.
consumer() {
  cp -r "$root/examples/consumers" "$work/$1" && cd "$work/$1" || return 1
  headers=$2
  libraries=$3
  shift 3
  "$@" >commands || return 1
  cat commands
  grep -q -e " -I$headers .* -L$libraries " commands && ! grep -q -e " -[IL]$prefix/" commands && ./ridges
}

install_both
report $? "the library is installed"
relative=${libdir#"$prefix/"}

# Installed anew, since the shared prefix keeps what an earlier version of the source may have put there.
check "staged installation: DESTDIR" env DESTDIR="$work/stage" meson install -C "$library" --no-rebuild
list "$work/stage$prefix" "$relative" >"$work/found"
{ sed -e 's/ *#.*//' -e '/^$/d' "$root/test/install/files.txt" &&
  awk '$1 == "function" { print "share/man/man3/" $2 ".3 -> icltheory.3" }' "$root/test/abi/interface.tsv"; } |
  LC_ALL=C sort >"$work/wanted"
check "the files are those of files.txt" diff "$work/wanted" "$work/found"
(cd "$work/stage" && find . -type f) | grep -v "^\.$prefix/" >"$work/log"
[ ! -s "$work/log" ]
report $? "nothing is staged outside of the prefix"
readelf -d "$work/stage$libdir/libicltheory.so.0" >"$work/log" && grep -q 'SONAME.*\[libicltheory.so.0\]' "$work/log" &&
  ! grep -E -q 'RPATH|RUNPATH' "$work/log"
report $? "the shared library has its name and no path"
refuse "no file installed says where it was built or staged" \
  grep -rl -e "$root/lib/" -e "$root/include" -e "$library" -e "$work/stage" "$work/stage"
for name in $(grep -rhoE 'doc/[a-z_]+\.md' "$root/include" | sort -u); do
  check "the headers' $name is installed" test -s "$work/stage$prefix/share/doc/icltheory/${name#doc/}"
done
# Those out of doc/ are for readers of the source, those with a colon for other hosts.
pages=$work/stage$prefix/share/doc/icltheory
grep -ohE '\]\([^):]+\)' "$pages"/*.md |
  sed -e 's/^](//' -e 's/[#)].*//' -e '/^$/d' -e '/^\.\.\//d' | sort -u >"$work/links"
while read -r link; do [ -s "$pages/$link" ] || echo "$link"; done <"$work/links" >"$work/log"
[ -s "$work/links" ] && [ ! -s "$work/log" ]
report $? "links between installed pages lead somewhere"

# The .pc file. One place for the version; nothing but the library itself for a program linked shared.
check ".pc: version" equal "$version" "$(pkg-config --modversion icltheory)"
check ".pc: prefix" equal "$prefix" "$(pkg-config --variable=prefix icltheory)"
for name in Name Description Version Libs Libs.private Cflags; do
  check ".pc: $name" equal 1 "$(grep -c "^$name: ." "$libdir/pkgconfig/icltheory.pc")"
done
alone() { env -u PKG_CONFIG_PATH PKG_CONFIG_LIBDIR="$libdir/pkgconfig" pkg-config "$@" icltheory | sed 's/ *$//'; }
check ".pc: --cflags without the .pc files of BLAS" equal "-I$prefix/include" "$(alone --cflags)"
check ".pc: --libs without them" equal "-L$libdir -licltheory" "$(alone --libs)"
alone --static --libs | grep -E -q -- '-licltheory .*-llapacke .*-l(open)?blas .*-lm' 2>"$work/log"
report $? ".pc: --static --libs names BLAS, in the order of a static link"
check ".pc: no package is required" equal '' "$(alone --print-requires --print-requires-private)"
refuse ".pc: a version that is too new" pkg-config --exists "icltheory > $version"
check ".pc: its own version" pkg-config --exists "icltheory = $version"

# Moved: the staged copy in its own place, told so by the three means that pkg-config has.
cp -r "$work/stage$prefix" "$work/moved"
moved=$work/moved/$relative
check "moved: the prefix given by hand" consumer moved-hand "$work/moved/include" "$moved" \
  env PKG_CONFIG_PATH="$moved/pkgconfig" LD_RUN_PATH="$moved" \
  make PKG_CONFIG="pkg-config --define-variable=prefix=$work/moved"
check "moved: PKG_CONFIG_SYSROOT_DIR, as cross compilers have it" consumer moved-sysroot \
  "$work/stage$prefix/include" "$work/stage$libdir" env PKG_CONFIG_PATH="$work/stage$libdir/pkgconfig" \
  PKG_CONFIG_SYSROOT_DIR="$work/stage" LD_RUN_PATH="$work/stage$libdir" make

# Uninstalled: the build's own folder, as "meson devenv" gives it, where programs find the library, too.
check "uninstalled: meson devenv" consumer uninstalled "$root/include" "$library/lib" meson devenv -C "$library" \
  sh -c 'cd "$1" && make && ./ridges && LD_RUN_PATH=$2 make --always-make' sh "$work/uninstalled" "$library/lib"

install_static
report $? "the static library alone is installed"
cp -r "$prefix" "$work/moved-static"
check "moved: pkg-config --define-prefix" consumer moved-define-prefix \
  "$work/moved-static/include" "$work/moved-static/lib" \
  env PKG_CONFIG_PATH="$work/moved-static/lib/pkgconfig" make PKG_CONFIG="pkg-config --define-prefix"
check "static alone: no shared library is there" equal '' "$(find "$prefix" -name '*.so*')"
alone --libs | grep -E -q -- '-licltheory .*-llapacke .*-l(open)?blas .*-lm' 2>"$work/log"
report $? "static alone: --libs is all that a program needs"

install_relocatable
report $? "the shared library alone is installed, with pkgconfig.relocatable"
cp -r "$prefix" "$work/moved-itself"
moved=$work/moved-itself/$relative
there=$(PKG_CONFIG_PATH="$moved/pkgconfig" pkg-config --variable=prefix icltheory) # with some /..
check "moved: the .pc file finds its own prefix" consumer moved-relocatable "$there/include" "$there/$relative" \
  env PKG_CONFIG_PATH="$moved/pkgconfig" LD_RUN_PATH="$moved" make
check "shared alone: no static library is there" equal '' "$(find "$prefix" -name '*.a')"
finish
