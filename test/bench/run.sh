#!/bin/sh
# Benchmarks: installs what is missing, builds, measures for about half an hour (--quick: minutes, small sizes).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
sh "$root/test/packages.sh" test
[ -f "$root/build/build.ninja" ] || meson setup "$root/build" "$root"
ninja -C "$root/build" all test/bench/bench
/usr/bin/python3 "$root/test/bench/theory.py" "$root"/build/lib/libicltheory.so "$@" 2>/dev/null # fsolve's warnings
echo
exec /usr/bin/python3 "$root/test/bench/bench.py" "$root/build/test/bench/bench" "$@"
