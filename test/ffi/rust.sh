#!/bin/sh
# The Rust crates of examples/ffi/rust: their declarations against the headers, their own tests, their style, and that
# they link the library as built, shared and static. Offline; the source tree stays as it is.
# usage: rust.sh SOURCE_ROOT BUILD_ROOT SHARED_LIBRARY STATIC_LIBRARY
set -u
crate=$1/examples/ffi/rust interface=$1/test/abi/interface.tsv libdir=$(cd "$(dirname "$3")" && pwd)
work=$2/test/ffi-rust
mkdir -p "$work" || exit 1
. "$1/test/tap.sh"
: >"$work/log"

# Declarations, and that the safe crate leaves none of them out.
python3 "$1/test/ffi/rust_signatures.py" "$crate/icltheory-sys/src" >"$work/declared" 2>"$work/log"
report $? 'the declarations are read'
check 'they say what the headers say' diff "$interface" "$work/declared"
awk -F '\t' '$1 ~ /function|constant|handle/ { print $2 }' "$interface" | LC_ALL=C sort >"$work/names"
sed 's://.*::' "$crate"/src/*.rs | grep -oEi '\bicl_\w+' | LC_ALL=C sort -u >"$work/used"
LC_ALL=C comm -23 "$work/names" "$work/used" >"$work/unused"
check 'the safe crate uses every function, constant and handle' diff /dev/null "$work/unused"

if ! command -v cargo >/dev/null 2>&1 || ! cargo --version >"$work/log" 2>&1; then
  skip 'the crates build and pass their tests' 'cargo is not installed'
  finish
  exit
fi
cd "$crate" || exit 1
cksum_tree() { find . -type f -exec cksum {} + | LC_ALL=C sort; }
cksum_tree >"$work/before"

# The .pc file names the folder of installation; here the library is where it was built, by a name that has a space.
ln -sfn "$libdir" "$work/the library"
escaped=$(echo "$work/the library" | sed 's/ /\\\\ /g') # a backslash in the .pc file, as sed reads it
sed "s|^libdir=.*|libdir=$escaped|" "$2/meson-private/icltheory.pc" >"$work/icltheory.pc"
export PKG_CONFIG_PATH="$work" LD_LIBRARY_PATH="$libdir" CARGO_TARGET_DIR="$work/shared" CARGO_INCREMENTAL=0
export RUSTFLAGS='-D warnings' RUSTDOCFLAGS='-D warnings'
unset ICLTHEORY_STATIC

# Each of cargo's tests is one check.
cargo test --workspace --no-fail-fast --locked --offline >"$work/tests" 2>&1
status=$?
grep -E '^test .* \.\.\. ' "$work/tests" >"$work/lines"
while IFS= read -r line; do
  name=${line#test } name=${name% ... *}
  case $line in
    *' ... ok') report 0 "$name" ;;
    *' ... ignored'*) skip "$name" 'ignored' ;;
    *) report 1 "$name" ;;
  esac
done <"$work/lines"
cp "$work/tests" "$work/log"
[ $status -eq 0 ] && [ "$(wc -l <"$work/lines")" -ge 20 ]
report $? 'cargo test succeeds'

# Style, where the tools are.
for tool in 'fmt --all --check' 'clippy --workspace --all-targets --locked --offline'; do
  command=${tool%% *}
  if cargo "$command" --version >/dev/null 2>&1; then
    # shellcheck disable=SC2086 # several words
    check "cargo $command finds nothing" cargo $tool
  else
    skip "cargo $command finds nothing" "cargo-$command is not installed"
  fi
done
check 'the documentation builds without a warning' cargo doc --workspace --no-deps --locked --offline

# The example: a line for each sample size, the same with the static library, of which nothing is left to load.
cargo run --example learning_curve --locked --offline >"$work/curve.csv" 2>"$work/log"
report $? 'the example runs'
awk -F , 'NF != 8 { exit 1 } END { exit NR != 9 }' "$work/curve.csv"
report $? 'and prints a table'
ICLTHEORY_STATIC=1 CARGO_TARGET_DIR="$work/static" LD_LIBRARY_PATH='' \
  cargo run --example learning_curve --locked --offline >"$work/curve-static.csv" 2>"$work/log" &&
  cmp "$work/curve.csv" "$work/curve-static.csv" >>"$work/log"
report $? 'the same, linked statically'
example=debug/examples/learning_curve
readelf -d "$work/shared/$example" "$work/static/$example" >"$work/log" 2>&1 &&
  [ "$(grep -c 'NEEDED.*libicltheory' "$work/log")" -eq 1 ]
report $? 'only the former loads libicltheory.so'

# Without the library the build says what is missing.
! PKG_CONFIG_PATH='' PKG_CONFIG_LIBDIR="$work/shared" CARGO_TARGET_DIR="$work/without" \
  cargo build --locked --offline >"$work/log" 2>&1 && grep -q 'PKG_CONFIG_PATH has to name' "$work/log"
report $? 'without the library the build fails, and says what to set'

cksum_tree >"$work/after"
check 'the source tree is as it was' diff "$work/before" "$work/after"
finish
