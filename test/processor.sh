# Sourced by the scripts that time others.

# Seconds of processor time, so far, of the programs that this shell has waited for, and of theirs.
processor_seconds() {
  echo $(($(awk '{ print $16 + $17 }' "/proc/$$/stat") / $(getconf CLK_TCK)))
}
