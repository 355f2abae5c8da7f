#!/bin/sh
# The library as a Meson subproject of another project; and Random123 as one of the library's.
# usage: subproject.sh SOURCE_ROOT BUILD_DIR VERSION
set -u
root=$1
shared=$2/install
version=$3
work=$2/install-subproject
rm -rf "$work"
mkdir -p "$work"
. "$root/test/tap.sh"
. "$root/test/install/prefix.sh"

# What a user copies to subprojects/: the library without its examples and tests, which it must not want there.
cp -r "$root/examples/consumers" "$work/consumer"
mkdir -p "$work/consumer/subprojects/icltheory"
for name in meson.build meson_options.txt COPYING include lib doc subprojects; do
  cp -r "$root/$name" "$work/consumer/subprojects/icltheory"
done

# subproject KIND ARGUMENTS...: the consumer with the library built in its own build; both of its programs run.
subproject() {
  build=$work/$1
  meson setup --force-fallback-for=icltheory -Doptimization=0 "-Dicltheory:default_library=$1" \
    "$build" "$work/consumer" &&
    ninja -C "$build" && linked "$1" "$build/ridges" && linked "$1" "$build/ridges_cpp" &&
    "$build/ridges" >"$build/output" && "$build/ridges_cpp" | cmp - "$build/output"
}
check "a subproject, shared" subproject shared
check "a subproject, static" subproject static
check "the same output from both" cmp "$work/shared/output" "$work/static/output"

# Installed with the project that uses it, for the linker of its programs; with --skip-subprojects not at all.
check "meson install brings the subproject along" \
  sh -c 'DESTDIR=$2 meson install -C "$1" --no-rebuild && [ -n "$(find "$2" -name libicltheory.so.0)" ]' \
  sh "$work/shared" "$work/with"
check "meson install --skip-subprojects leaves it out" \
  sh -c 'DESTDIR=$2 meson install -C "$1" --no-rebuild --skip-subprojects && [ -z "$(find "$2" -name "*icl*")" ]' \
  sh "$work/static" "$work/without"

# What stands in subprojects/ must not win over an installed library, unless that is too old.
install_both
report $? "the library is installed"
configure() { meson setup "$work/$1" "$work/consumer" >"$work/log" 2>&1; }
configure chosen && grep -q 'Run-time dependency icltheory found: YES' "$work/log" &&
  ! grep -q 'Executing subproject' "$work/log"
report $? "an installed library comes before the subproject"
PKG_CONFIG_PATH=$work/old
mkdir "$work/old"
sed 's/^Version:.*/Version: 0.0.9/' "$libdir/pkgconfig/icltheory.pc" >"$work/old/icltheory.pc"
configure newer && grep -q 'Executing subproject icltheory' "$work/log" &&
  grep -q "Dependency icltheory found: YES $version" "$work/log"
report $? "the subproject comes before an installed library that is too old"
sed -i "s/>= 0\.1/>= 99.1/" "$work/consumer/meson.build"
! configure none && grep -q "need.*'>= 99\.1'" "$work/log"
report $? "if both are too old, neither is taken"
unset PKG_CONFIG_PATH

# Random123 by its wrap file, from a repository of the system's headers in the place of the project's own: how the file
# is used is tested here, not whether the network has what it names.
name="Random123 by its wrap file"
header=$(echo '#include <Random123/philox.h>' | cc -E -M -xc - 2>"$work/log" | grep -o '/[^ ]*/Random123/philox.h')
if [ -z "$header" ] || ! command -v git >/dev/null; then
  skip "$name" "Random123 or git is not installed"
else
  url=$(sed -n 's/^url = //p' "$root/subprojects/random123.wrap")
  tag=$(sed -n 's/^revision = //p' "$root/subprojects/random123.wrap")
  mkdir -p "$work/upstream/include" "$work/tree"
  cp -r "$(dirname "$header")" "$work/upstream/include"
  GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@example.org GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@example.org
  GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=url.file://$work/upstream.insteadOf GIT_CONFIG_VALUE_0=$url
  export GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
  export GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0
  cp -r "$work/consumer/subprojects/icltheory/." "$work/tree"
  mkdir -p "$work/tree/test" && cp -r "$root/test/abi" "$work/tree/test" # names of manual pages
  (cd "$work/upstream" && git init -q && git add . && git commit -q -m headers && git tag "$tag" &&
    cd "$work/tree" && meson setup --force-fallback-for=random123 -Doptimization=0 -Dtests=disabled -Dexamples=false \
      -Ddefault_library=static "$work/fallback" && ninja -C "$work/fallback") >"$work/log" 2>&1
  report $? "$name"
  grep -q 'isystem.*subprojects/random123-[0-9.]*/include' "$work/fallback/build.ninja"
  report $? "the library was compiled with those headers"
  DESTDIR=$work/alone meson install -C "$work/fallback" --no-rebuild >/dev/null 2>"$work/log"
  [ -n "$(find "$work/alone" -name libicltheory.a)" ] && [ -z "$(find "$work/alone" -iname '*random123*')" ]
  report $? "they are not installed"
  GIT_CONFIG_KEY_0=url.file://$work/nowhere.insteadOf
  rm -rf "$work"/tree/subprojects/random123-*
  ! meson setup --force-fallback-for=random123 "$work/offline" "$work/tree" >"$work/log" 2>&1 &&
    grep -q 'ERROR: .*Random123/philox\.h.*librandom123-dev' "$work/log"
  report $? "where it cannot be fetched, the message says what to install"
fi
finish
