#!/bin/sh
# What the library and its tests need of Debian on another architecture, unpacked into a folder, installed nowhere; and
# FOLDER/cross.ini, with which Meson builds for it by Debian's cross compiler.
# usage: sysroot.sh ARCHITECTURE FOLDER    i386, whose programs run here as they are, or s390x, by qemu-s390x
set -eu
architecture=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
case $architecture in
  i386) family=x86 endian=little triple=i386-linux-gnu tool=i686-linux-gnu ;;
  s390x) family=s390x endian=big triple=s390x-linux-gnu tool=s390x-linux-gnu ;;
  *) echo "$0: no such architecture here: $architecture" >&2; exit 2 ;;
esac
libraries=$folder/usr/lib/$triple
state=$folder/.apt

# apt of its own, which knows this architecture only and nothing of what is installed.
apt() {
  apt-get -q -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" -o Dir::State="$state" \
    -o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status" -o Dir::Cache="$state/cache" \
    -o Debug::NoLocking=true -o APT::Sandbox::User=root "$@"
}

if [ ! -f "$state/unpacked" ]; then
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
  : >"$state/status"
  apt update || true # an index that is just being renewed need not be the one that is wanted
  apt install -y --download-only --no-install-recommends libc6-dev libopenblas-dev liblapacke-dev librandom123-dev \
    check
  for package in "$state"/cache/archives/*.deb; do dpkg-deb -x "$package" "$folder"; done
  # What the packages would have linked when installed.
  for name in blas lapack; do
    ln -s "../openblas-pthread/pkgconfig/$name-openblas.pc" "$libraries/pkgconfig/$name.pc"
    ln -s "openblas-pthread/lib$name.so.3" "$libraries/lib$name.so.3"
  done
  ln -s openblas-pthread/libopenblas.so.0 "$libraries/libopenblas.so.0"
  # Links to the root of the file system have to stay within the folder.
  find "$folder" -type l -lname '/*' | while read -r link; do ln -sfn "$folder$(readlink "$link")" "$link"; done
  touch "$state/unpacked"
fi

paths=$libraries:$folder/lib/$triple
if [ "$architecture" = i386 ]; then
  run=
  # rpath, not runpath: also for the libraries' own libraries.
  link="'-Wl,--dynamic-linker=$folder/lib/ld-linux.so.2', '-Wl,--disable-new-dtags,-rpath,$paths'"
else
  run="exe_wrapper = ['qemu-$architecture', '-L', '$folder']"
  link="'-Wl,-rpath-link,$paths'"
fi
cat >"$folder/cross.ini" <<END
[binaries]
c = '$tool-gcc'
ar = '$tool-gcc-ar'
strip = '$tool-strip'
pkgconfig = 'pkg-config'
$run
[properties]
sys_root = '$folder'
pkg_config_libdir = ['$libraries/openblas-pthread/pkgconfig', '$libraries/pkgconfig']
[built-in options]
c_args = ['--sysroot=$folder']
c_link_args = ['--sysroot=$folder', $link]
[host_machine]
system = 'linux'
cpu_family = '$family'
cpu = '$family'
endian = '$endian'
END
