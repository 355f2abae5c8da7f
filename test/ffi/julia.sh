#!/bin/sh
# The Julia package, which Debian has no Julia to run: its declarations and calls are those of C, and its files parse.
# Where there is a julia after all, its own tests run. Output: TAP.
#
# julia.sh SOURCE_ROOT SHARED_LIBRARY
set -u
root=$1 library=$(realpath "$2")
here=$root/test/ffi package=$root/examples/ffi/julia/ICLTheory
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
. "$root/test/tap.sh"

check 'declarations and calls are those of C' python3 "$here/julia_signatures.py" "$package/src"

name='every file is Julia'
parser=@plutojl/lezer-julia
if ! command -v node >/dev/null; then
  skip "$name" 'node is not installed'
elif ! node -e "require.resolve('$parser', { paths: ['$here'] })" 2>/dev/null; then
  skip "$name" "node finds no $parser (npm install, then NODE_PATH)"
else
  check "$name" node "$here/julia_parse.cjs" "$package"/src/*.jl "$package"/test/*.jl
fi

# What julia compiles goes to a depot of its own, before the usual ones.
name='its own tests pass'
if ! command -v julia >/dev/null; then
  skip "$name" 'julia is not installed'
else
  ICLTHEORY_LIBRARY=$library JULIA_DEPOT_PATH=$work/depot: \
    julia --threads=2 --project="$package" "$package/test/runtests.jl" >"$work/log" 2>&1
  report $? "$name"
fi
finish
