# What draws, and the flags that lib/ is built with: for the scripts that compile it without Meson. $root is the source.
stream_flags="-std=c11 -D_GNU_SOURCE -pthread -ffp-contract=off -fno-math-errno -fno-trapping-math -I$root/include -I$root/lib -I$root/test"
stream_sources=$root/test/streams/hashes.c
for name in rng sequence context tasks alloc checked status thread run; do
  stream_sources="$stream_sources $root/lib/$name.c"
done
