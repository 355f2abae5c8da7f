# What check.sh, run.sh and breaks.sh share; they source this file.
targets="api theory checkpoint npy"
OPENBLAS_NUM_THREADS=1
export OPENBLAS_NUM_THREADS

# can_fuzz WORK: or prints why not. Debian has libFuzzer and the sanitizers in libclang-rt-14-dev.
can_fuzz() {
  command -v clang >/dev/null || { echo "clang is not installed"; return 1; }
  echo 'int LLVMFuzzerTestOneInput(const char *data, unsigned long size) { return !data && size; }' >"$1/probe.c"
  clang -fsanitize=fuzzer,address,undefined "$1/probe.c" -o "$1/probe" >/dev/null 2>&1 ||
    { echo "clang has no libFuzzer or no sanitizers (libclang-rt-14-dev)"; return 1; }
  "$1/probe" -runs=1 >/dev/null 2>&1 || { echo "a program with sanitizers does not run here"; return 1; }
}

# explain LOG: what failed and where, of all that libFuzzer and the sanitizers write.
explain() {
  grep -a -v 'WARNING: AddressSanitizer failed to allocate' "$1" |
    grep -a -E '\.[ch]:[0-9]+|ERROR|SUMMARY|runtime error|Test unit|^Base64' | head -n 40
}

# replay ROOT WORK TARGET: the inputs of corpus/TARGET.
replay() {
  "$2/$3" -runs=0 -timeout=100 -artifact_prefix="$2/$3-" "$1/test/fuzz/corpus/$3"
}

# fuzz ROOT WORK TARGET SECONDS SEED: new inputs, from those of corpus/TARGET on. An input that fails is left in
# WORK/TARGET-crash-*; those that reached something new, in WORK/found-TARGET.
fuzz() {
  mkdir -p "$2/found-$3"
  dictionary=$1/test/fuzz/$3.dict
  "$2/$3" -max_total_time="$4" -seed="$5" -timeout=100 -max_len=2048 -rss_limit_mb=4096 -print_final_stats=1 \
    -artifact_prefix="$2/$3-" $([ -f "$dictionary" ] && echo "-dict=$dictionary") "$2/found-$3" \
    "$1/test/fuzz/corpus/$3"
}
