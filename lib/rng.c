/* Counter-based random numbers: words from Random123's Philox4x64-10, variates in plain arithmetic.
 *
 * Everything a caller can see of a draw is +, -, *, / and sqrt of IEEE doubles in a written order, compiled without
 * contraction (-ffp-contract=off) or excess precision (SSE2 on 32-bit x86), so that the bits depend on (seed, purpose,
 * counter) alone and not on compiler, optimisation level, C library or machine. doc/streams.md states the same in
 * words. */
#include "rng.h"

#include <math.h>
#include <string.h>

#include "machine.h"

/* Random123 decides by the machine's name, and knows few; the words are the same either way. */
#ifdef __SIZEOF_INT128__
#define R123_USE_GNU_UINT128 1
#else
#define R123_USE_MULHILO64_C99 1 /* 32-bit machines: by four half products */
#endif
#include <Random123/philox.h>

static inline void philox_block(const icl__stream *stream, uint64_t block, uint64_t words[4]) {
  philox4x64_ctr_t counter = {{block, stream->counter[0], stream->counter[1], stream->counter[2]}};
  philox4x64_key_t key = {{stream->key[0], stream->key[1]}};
  philox4x64_ctr_t out = philox4x64_R(10, counter, key);
  for (int j = 0; j < 4; j++) words[j] = out.v[j];
}

void icl__rng_block(const icl__stream *stream, uint64_t block, uint64_t words[4]) {
  philox_block(stream, block, words);
}

static inline double from_bits(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static inline uint64_t to_bits(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

#define ONE_BITS UINT64_C(0x3ff0000000000000)
#define MANTISSA UINT64_C(0x000fffffffffffff)

/* Uniform on (0, 1] in steps of 2^-52: 2 minus a double in [1, 2) built from the upper 52 bits. Never 0, so ln is
 * finite; the smallest value bounds |z| by sqrt(2 * 52 ln 2) = 8.49, beyond which a Gaussian has mass 2e-17. */
static inline double open_uniform(uint64_t word) { return 2.0 - from_bits((word >> 12) | ONE_BITS); }

/* ln x = e ln 2 + ln m with m in [sqrt(1/2), sqrt(2)), and ln m = 2 atanh(s), s = (m-1)/(m+1), |s| < 0.1716:
 * 2 atanh(s) = 2 s + s^3 P(s^2). P interpolates in the Chebyshev nodes of [0, 0.02944], relative error 5e-16 of a
 * term that is at most 1 % of the sum. e ln 2 is added in two parts, the larger of which is exact. Only integer
 * operations that every SIMD set has are used, so the loops below vectorise. */
static inline double log_plain(double x) {
  const uint64_t half_root = UINT64_C(0x3fe6a09e667f3bcd); /* sqrt(1/2) */
  uint64_t shifted = to_bits(x) + (ONE_BITS - half_root);
  double m = from_bits((shifted & MANTISSA) + half_root);
  double e = from_bits((shifted >> 52) | UINT64_C(0x4330000000000000)) - (0x1p52 + 1023.0);
  double s = (m - 1.0) / (m + 1.0);
  double z = s * s;
  double p = 0x1.2b584aae78a57p-3;
  p = p * z + 0x1.39fe606542ddep-3;
  p = p * z + 0x1.7462b4ab2ef6bp-3;
  p = p * z + 0x1.c71c62e5800a1p-3;
  p = p * z + 0x1.2492492df148dp-2;
  p = p * z + 0x1.99999999952e2p-2;
  p = p * z + 0x1.5555555555558p-1;
  double tail = s * (z * p) + e * 0x1.473de6af278edp-34;
  return e * 0x1.62e42fef00000p-1 + (2.0 * s + tail);
}

double icl__rng_log(double x) { return log_plain(x); }

/* Box-Muller: z = sqrt(-2 ln u) (cos, sin)(2 pi v). The two top bits of the second word choose the quadrant, the
 * next 52 give t uniform on [-1/2, 1/2); the angle within the quadrant is pi t / 2, where
 * sin = t (pi/2 + t^2 S(t^2)) and cos = 1 + t^2 C(t^2), both to 2e-17 relative before rounding. */
static inline void box_muller(uint64_t radius_word, uint64_t angle_word, double *z0, double *z1) {
  double radius = sqrt(-2.0 * log_plain(open_uniform(radius_word)));
  double t = from_bits(((angle_word << 2) >> 12) | ONE_BITS) - 1.5;
  double z = t * t;
  double sine = 0x1.e4a9d9166f052p-25;
  sine = sine * z + -0x1.e3027dea82bd7p-19;
  sine = sine * z + 0x1.50783208843ebp-13;
  sine = sine * z + -0x1.32d2cce500387p-8;
  sine = sine * z + 0x1.466bc6775a476p-4;
  sine = sine * z + -0x1.4abbce625be52p-1;
  sine = t * (0x1.921fb54442d18p+0 + z * sine);
  double cosine = -0x1.b2f3eb054afcdp-28;
  cosine = cosine * z + 0x1.f9ce245cada0bp-22;
  cosine = cosine * z + -0x1.a6d1eef479be1p-16;
  cosine = cosine * z + 0x1.e1f5068688d5bp-11;
  cosine = cosine * z + -0x1.55d3c7e3cb241p-6;
  cosine = cosine * z + 0x1.03c1f081b5ac0p-2;
  cosine = cosine * z + -0x1.3bd3cc9be45dep+0;
  cosine = 1.0 + z * cosine;
  /* Rotation by quadrant * pi/2, without a branch: exchange when odd, then the signs. */
  uint64_t quadrant = angle_word >> 62;
  uint64_t odd = UINT64_C(0) - (quadrant & 1);
  uint64_t c = to_bits(cosine), s = to_bits(sine);
  uint64_t flip = (c ^ s) & odd;
  c = (c ^ flip) ^ (((quadrant + 1) & 2) << 62);
  s = (s ^ flip) ^ ((quadrant & 2) << 62);
  *z0 = radius * from_bits(c);
  *z1 = radius * from_bits(s);
}

enum { TILE_BLOCKS = 64, TILE_NORMALS = 4 * TILE_BLOCKS };

/* The words of blocks first .. first + count - 1, even-numbered ones apart from odd ones: radii, angles. */
static inline void fill_words(const icl__stream *stream, uint64_t first, int64_t count, uint64_t *radii,
                              uint64_t *angles) {
  for (int64_t b = 0; b < count; b++) {
    uint64_t words[4];
    philox_block(stream, first + (uint64_t)b, words);
    radii[2 * b] = words[0];
    angles[2 * b] = words[1];
    radii[2 * b + 1] = words[2];
    angles[2 * b + 1] = words[3];
  }
}

/* Gaussians 4b .. 4b+3 come from block b: words (0, 1) give the first two, (2, 3) the last two. */
ICL__FOR_EACH_MACHINE
void icl__rng_normals(const icl__stream *stream, int64_t count, double *out) {
  uint64_t radii[2 * TILE_BLOCKS], angles[2 * TILE_BLOCKS];
  double z[TILE_NORMALS];
  uint64_t block = 0;
  while (count > 0) {
    int64_t take = count < TILE_NORMALS ? count : TILE_NORMALS;
    int64_t blocks = (take + 3) / 4;
    fill_words(stream, block, blocks, radii, angles);
    double *target = take == 4 * blocks ? out : z;
    /* take >= 1, so blocks >= 1. NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
    for (int64_t p = 0; p < 2 * blocks; p++) box_muller(radii[p], angles[p], &target[2 * p], &target[2 * p + 1]);
    if (target == z) memcpy(out, z, (size_t)take * sizeof *z);
    out += take;
    count -= take;
    block += (uint64_t)blocks;
  }
}

/* Marsaglia and Tsang (ACM TOMS 26, 363, 2000) for Gamma(a), a = degrees/2 >= 1: with b = a - 1/3, y = x/(3 sqrt(b))
 * and v = (1+y)^3 for a Gaussian x, accept b v with probability exp(x^2/2 + b - b v + b ln v). The exponent cancels
 * for large b, so it is taken as 3 b (ln(1+y) - y + y^2/2 - y^3/3), which is the same because x^2 = 9 b y^2, and the
 * bracket by its series -y^4/4 + y^5/5 - ... for |y| < 1/8 (truncated below 1e-13 of itself). Attempt t uses block t:
 * words 0, 1 for x, word 2 for the acceptance. degrees = 1 is a squared Gaussian. */
static double log_acceptance(double b, double y) {
  if (fabs(y) >= 0.125) {
    return 3.0 * b * (log_plain(1.0 + y) - y + y * y * 0.5 - y * y * y / 3.0);
  }
  double sum = 0.0;
  for (int power = 17; power >= 4; power--) sum = (power % 2 ? 1.0 : -1.0) / power + y * sum;
  return 3.0 * b * (y * y) * (y * y) * sum;
}

double icl__rng_chi_squared(const icl__stream *stream, int64_t degrees) {
  uint64_t words[4];
  double x, unused;
  double b = (double)degrees * 0.5 - 1.0 / 3.0;
  double scale = 1.0 / (3.0 * sqrt(b));
  for (uint64_t attempt = 0;; attempt++) {
    icl__rng_block(stream, attempt, words);
    box_muller(words[0], words[1], &x, &unused);
    if (degrees == 1) return x * x;
    double y = x * scale;
    if (y <= -1.0) continue;
    if (log_plain(open_uniform(words[2])) <= log_acceptance(b, y)) {
      double root = 1.0 + y;
      return 2.0 * b * (root * root * root);
    }
  }
}

/* Word 0 of block 0, 1, ... until one falls below the largest multiple of `bound`; its remainder is then uniform. */
int64_t icl__rng_index(const icl__stream *stream, int64_t bound) {
  uint64_t size = (uint64_t)bound;
  uint64_t excess = (UINT64_C(0) - size) % size; /* 2^64 mod bound */
  uint64_t words[4];
  for (uint64_t attempt = 0;; attempt++) {
    icl__rng_block(stream, attempt, words);
    if (words[0] <= UINT64_MAX - excess) return (int64_t)(words[0] % size);
  }
}

void icl__rng_replicate(uint64_t seed, int64_t d, int64_t replicate, uint64_t *pool_seed, uint64_t *dataset_seed) {
  icl__stream stream = {{seed, ICL__PURPOSE_REPLICATE}, {(uint64_t)replicate, (uint64_t)d, 0}};
  uint64_t words[4];
  icl__rng_block(&stream, 0, words);
  *pool_seed = words[0];
  *dataset_seed = words[1];
}

double icl__rng_dot(int64_t count, const double *a, const double *b) {
  double part[8] = {0};
  int64_t j = 0;
  for (; j + 8 <= count; j += 8) {
    for (int lane = 0; lane < 8; lane++) part[lane] += a[j + lane] * b[j + lane];
  }
  for (int lane = 0; j + lane < count; lane++) part[lane] += a[j + lane] * b[j + lane];
  return ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
}
