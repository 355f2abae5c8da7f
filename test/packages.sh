#!/bin/sh
# Installs those Debian packages that are missing; asks for root only then.
# usage: packages.sh build    what the library and the examples need
#        packages.sh test     that, and what the tests need
#        packages.sh long     that, and what test/long.sh needs
set -eu
build="gcc libc6-dev meson ninja-build pkg-config libopenblas-dev liblapacke-dev librandom123-dev gnuplot-nox"
test="check clang clang-tidy libclang-rt-14-dev gcovr g++ binutils python3-numpy python3-scipy python3-yaml doxygen"
test="$test libblas3 liblapack3 groff-base mandoc abigail-tools python3-pytest gfortran make cmake git xz-utils"
# Rust unless there is one already, from elsewhere.
command -v cargo >/dev/null || test="$test cargo rustfmt rust-clippy"
long="valgrind cppcheck octave octave-dev r-base-core locales debhelper lintian gcc-i686-linux-gnu gcc-s390x-linux-gnu"
long="$long qemu-user"
case "${1:-}" in
  build) wanted=$build ;;
  test) wanted="$build $test" ;;
  long) wanted="$build $test $long" ;;
  *) echo "usage: $0 build|test|long" >&2; exit 2 ;;
esac
missing=
for package in $wanted; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
echo "installing:$missing"
as_root=
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "run as root: apt-get install$missing" >&2; exit 1; }
  as_root=sudo
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q
# shellcheck disable=SC2086
$as_root apt-get install -q -y --no-install-recommends $missing
