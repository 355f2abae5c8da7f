/* The internals that every draw rests on: known answers of the generator, the variates against other arithmetic, and
 * their laws. Linked against the static library, which alone shows internals. */
#include "support.h"

#include "rng.h"

enum { MANY = 200000 };

static icl__stream stream_at(uint64_t row) { return (icl__stream){{20260101, 999}, {row, 0, 0}}; }

/* Random123's kat_vectors for philox4x64 10. */
START_TEST(philox_known_answers) {
  static const struct {
    uint64_t counter[4], key[2], answer[4];
  } known[] = {
    {{0, 0, 0, 0},
     {0, 0},
     {UINT64_C(0x16554d9eca36314c), UINT64_C(0xdb20fe9d672d0fdc), UINT64_C(0xd7e772cee186176b),
      UINT64_C(0x7e68b68aec7ba23b)}},
    {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX},
     {UINT64_MAX, UINT64_MAX},
     {UINT64_C(0x87b092c3013fe90b), UINT64_C(0x438c3c67be8d0224), UINT64_C(0x9cc7d7c69cd777b6),
      UINT64_C(0xa09caebf594f0ba0)}},
    {{UINT64_C(0x243f6a8885a308d3), UINT64_C(0x13198a2e03707344), UINT64_C(0xa4093822299f31d0),
      UINT64_C(0x082efa98ec4e6c89)},
     {UINT64_C(0x452821e638d01377), UINT64_C(0xbe5466cf34e90c6c)},
     {UINT64_C(0xa528f45403e61d95), UINT64_C(0x38c72dbd566e9788), UINT64_C(0xa5a1610e72fd18b5),
      UINT64_C(0x57bd43b5e52b7fe6)}},
  };
  for (size_t which = 0; which < sizeof known / sizeof *known; which++) {
    const uint64_t *counter = known[which].counter;
    icl__stream stream = {{known[which].key[0], known[which].key[1]}, {counter[1], counter[2], counter[3]}};
    uint64_t words[4];
    icl__rng_block(&stream, counter[0], words);
    for (int j = 0; j < 4; j++) ck_assert_msg(words[j] == known[which].answer[j], "vector %zu, word %d", which, j);
  }
}
END_TEST

/* Box-Muller once more, in long double and with the C library's functions. Bound: the radius has a few roundings of
 * 1.1e-16, sine and cosine too; next to an axis the polynomial's own relative error of 2e-17 stays relative. */
START_TEST(normals_are_box_muller) {
  double z[4 * 500];
  icl__stream stream = stream_at(1);
  icl__rng_normals(&stream, 4 * 500, z);
  for (uint64_t block = 0; block < 500; block++) {
    uint64_t words[4];
    icl__rng_block(&stream, block, words);
    for (int pair = 0; pair < 2; pair++) {
      long double u = 1.0L - (long double)(words[2 * pair] >> 12) * 0x1p-52L;
      uint64_t angle_word = words[2 * pair + 1];
      long double turn = (long double)((angle_word << 2) >> 12) * 0x1p-52L - 0.5L + (long double)(angle_word >> 62);
      long double radius = sqrtl(-2.0L * logl(u)), angle = 1.5707963267948966192313216916397514L * turn;
      CLOSE(z[4 * block + 2 * pair], (double)(radius * cosl(angle)), 1.5e-15);
      CLOSE(z[4 * block + 2 * pair + 1], (double)(radius * sinl(angle)), 1.5e-15);
    }
  }
}
END_TEST

START_TEST(logarithm_is_accurate) {
  for (uint64_t i = 0; i < 20000; i++) {
    double x = ldexp(1.0 + 0.5 * (1.0 + pseudo(i)), (int)(i % 2000) - 1000); /* all exponents */
    double near_one = 1.0 + pseudo(i) * ldexp(1.0, -(int)(i % 50));
    CLOSE(icl__rng_log(x), (double)logl((long double)x), 4e-16);
    if (near_one > 0.0) CLOSE(icl__rng_log(near_one), (double)logl((long double)near_one), 4e-16);
  }
  ck_assert(icl__rng_log(1.0) == 0.0);
}
END_TEST

/* A draw of any length is a prefix of a longer one, across the tiles it is computed in. */
START_TEST(prefix) {
  double all[1100], some[1100];
  icl__stream stream = stream_at(2);
  icl__rng_normals(&stream, 1100, all);
  for (int64_t count = 0; count <= 1100; count += (count < 20 || (count > 250 && count < 262)) ? 1 : 37) {
    some[count < 1100 ? count : 0] = 7.0;
    icl__rng_normals(&stream, count, some);
    ck_assert_int_eq(memcmp(all, some, (size_t)count * sizeof *all), 0);
    if (count > 0 && count < 1100) ck_assert(some[count] == 7.0); /* nothing beyond is written */
  }
}
END_TEST

/* Kolmogorov's distance between a sorted sample and a distribution function. For the right law, distance * sqrt(n)
 * exceeds 2.2 with probability 2 exp(-2 2.2^2) = 1.2e-4; the seeds are fixed. */
static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double kolmogorov(int64_t count, double *sample, double (*distribution)(double, double), double parameter) {
  double distance = 0.0;
  qsort(sample, (size_t)count, sizeof *sample, by_value);
  for (int64_t i = 0; i < count; i++) {
    double value = distribution(sample[i], parameter);
    distance = fmax(distance, fmax(value - (double)i / (double)count, (double)(i + 1) / (double)count - value));
  }
  return distance * sqrt((double)count);
}

static double normal_distribution(double x, double unused) {
  (void)unused;
  return 0.5 * erfc(-x / sqrt(2.0));
}

/* P(chi-squared_m <= x) by the series of the incomplete gamma function, all terms positive. */
static double chi_squared_distribution(double x, double m) {
  double a = 0.5 * m, half = 0.5 * x, sum = 0.0;
  double term = exp(a * log(half) - half - lgamma(a + 1.0));
  for (int j = 1; j < 100000 && (term > 1e-17 * sum || half > a + j); j++) {
    sum += term;
    term *= half / (a + j);
  }
  return sum;
}

START_TEST(normals_have_their_law) {
  double *z = doubles(MANY);
  icl__stream stream = stream_at(3);
  icl__rng_normals(&stream, MANY, z);
  double moment[5] = {0}, product[4] = {0};
  for (int64_t i = 0; i < MANY; i++) {
    for (int power = 1; power <= 4; power++) moment[power] += pow(z[i], power) / MANY;
    for (int lag = 1; lag < 4; lag++) product[lag] += z[i] * z[(i + lag) % MANY] / MANY;
  }
  /* Times the standard deviation of z^p: 1, sqrt 2, sqrt 15, sqrt 96. Seven bounds of 4 standard errors: P = 4.4e-4
   * that a right generator fails one. */
  double error = 1.0 / sqrt((double)MANY);
  NEAR(moment[1], 0.0, 4 * error);
  NEAR(moment[2], 1.0, 4 * error * sqrt(2.0));
  NEAR(moment[3], 0.0, 4 * error * sqrt(15.0));
  NEAR(moment[4], 3.0, 4 * error * sqrt(96.0));
  for (int lag = 1; lag < 4; lag++) NEAR(product[lag], 0.0, 4 * error);
  ck_assert(kolmogorov(MANY, z, normal_distribution, 0.0) < 2.2);
  /* P = 3.5e-3 that a right generator fails; the seed is fixed. */
  ck_assert(z[0] < -4.0 && z[MANY - 1] > 4.0 && z[0] > -6.5 && z[MANY - 1] < 6.5);
  free(z);
}
END_TEST

START_TEST(chi_squared_has_its_law) {
  static const int64_t degrees[] = {1, 2, 3, 7, 40, 1000};
  double *sample = doubles(MANY);
  for (size_t which = 0; which < sizeof degrees / sizeof *degrees; which++) {
    double mean = 0.0, m = (double)degrees[which];
    for (int64_t i = 0; i < MANY; i++) {
      icl__stream stream = stream_at((uint64_t)i + 1000000 * (which + 1));
      sample[i] = icl__rng_chi_squared(&stream, degrees[which]);
      mean += sample[i] / MANY;
    }
    NEAR(mean, m, 4 * sqrt(2 * m / MANY)); /* P = 6.3e-5 for each of the degrees */
    double distance = kolmogorov(MANY, sample, chi_squared_distribution, m);
    ck_assert_msg(distance < 2.2, "chi-squared with %g degrees: Kolmogorov distance %g/sqrt(n)", m, distance);
  }
  free(sample);
}
END_TEST

/* For m degrees (chi2 - m)/sqrt(2 m) is Gaussian up to a skewness of sqrt(8/m): at 1e12 degrees no sample of this size
 * can tell. The acceptance rule would show here if its exponent cancelled. */
START_TEST(chi_squared_with_huge_degrees) {
  double *sample = doubles(MANY), m = 1e12;
  for (int64_t i = 0; i < MANY; i++) {
    icl__stream stream = stream_at((uint64_t)i);
    sample[i] = (icl__rng_chi_squared(&stream, INT64_C(1000000000000)) - m) / sqrt(2 * m);
  }
  ck_assert(kolmogorov(MANY, sample, normal_distribution, 0.0) < 2.2);
  free(sample);
}
END_TEST

START_TEST(index_is_uniform) {
  enum { BOUND = 7 };
  int64_t count[BOUND] = {0};
  double chi_squared = 0.0;
  for (int64_t i = 0; i < MANY; i++) {
    icl__stream stream = stream_at((uint64_t)i);
    int64_t index = icl__rng_index(&stream, BOUND);
    ck_assert(index >= 0 && index < BOUND);
    count[index]++;
  }
  for (int j = 0; j < BOUND; j++) {
    double expected = (double)MANY / BOUND;
    chi_squared += ((double)count[j] - expected) * ((double)count[j] - expected) / expected;
  }
  ck_assert(chi_squared < 27.9); /* 6 degrees of freedom: P = 1e-4 */
  /* A bound above 2^63 * 2/3 rejects often; the mean of a uniform integer on [0, b) is b/2, its deviation b/sqrt 12. */
  const int64_t bound = INT64_C(6500000000000000000);
  double mean = 0.0;
  for (int64_t i = 0; i < MANY; i++) {
    icl__stream stream = stream_at((uint64_t)i);
    mean += (double)icl__rng_index(&stream, bound) / (double)bound / MANY;
  }
  NEAR(mean, 0.5, 4 / sqrt(12.0 * MANY)); /* P = 6.3e-5 */
}
END_TEST

START_TEST(streams_differ) {
  double a[8], b[8];
  icl__stream base = {{1, 2}, {3, 4, 5}};
  icl__rng_normals(&base, 8, a);
  for (int part = 0; part < 5; part++) {
    icl__stream other = base;
    if (part < 2) other.key[part]++;
    else other.counter[part - 2]++;
    icl__rng_normals(&other, 8, b);
    for (int j = 0; j < 8; j++) ck_assert(a[j] != b[j]);
  }
}
END_TEST

START_TEST(dot_product) {
  double a[100], b[100];
  fill_pseudo(100, a, 0);
  fill_pseudo(100, b, 100);
  for (int64_t count = 0; count <= 100; count++) {
    long double sum = 0.0L;
    for (int64_t j = 0; j < count; j++) sum += (long double)a[j] * b[j];
    NEAR(icl__rng_dot(count, a, b), (double)sum, 1e-15 * (double)(count + 1)); /* |a b| < 1: n eps at most */
  }
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("rng");
  TCase *c = tcase_create("rng");
  tcase_add_test(c, philox_known_answers);
  tcase_add_test(c, prefix);
  tcase_add_test(c, normals_have_their_law);
  tcase_add_test(c, chi_squared_has_its_law);
  tcase_add_test(c, chi_squared_with_huge_degrees);
  tcase_add_test(c, index_is_uniform);
  tcase_add_test(c, streams_differ);
  tcase_add_test(c, dot_product);
  suite_add_tcase(s, c);
  TCase *wide = tagged_case(s, "long_double"); /* they are compared with it */
  tcase_add_test(wide, normals_are_box_muller);
  tcase_add_test(wide, logarithm_is_accurate);
  return s;
}

SUITE_MAIN(suite)
