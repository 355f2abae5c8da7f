/* What the test programs share. Each has one suite and ends in SUITE_MAIN. */
#ifndef ICL_TEST_SUPPORT_H
#define ICL_TEST_SUPPORT_H

/* For setenv, pthread barriers and the like; this header comes first everywhere. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include <check.h>
#include <icltheory.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A call that must succeed; a failure shows the library's message. */
#define OK(call)                                                                                 \
  do {                                                                                           \
    icl_status ok_status_ = (call);                                                              \
    ck_assert_msg(ok_status_ == ICL_OK, "%s: %d, %s", #call, ok_status_, icl_last_error_message()); \
  } while (0)

/* A call that must fail with `status` and a message that contains `text`. */
#define FAILS(status, text, call)                                                                               \
  do {                                                                                                          \
    icl_status fails_status_ = (call);                                                                          \
    ck_assert_msg(fails_status_ == (status), "%s: %d instead of %d", #call, fails_status_, (int)(status));      \
    ck_assert_msg(strstr(icl_last_error_message(), text) != NULL, "%s: \"%s\" is not in \"%s\"", #call, text,    \
                  icl_last_error_message());                                                                    \
  } while (0)

/* |value - expected| <= tolerance. */
#define NEAR(value, expected, tolerance)                                                                            \
  do {                                                                                                              \
    double near_value_ = (value), near_expected_ = (expected), near_tolerance_ = (tolerance);                       \
    ck_assert_msg(fabs(near_value_ - near_expected_) <= near_tolerance_, "%s is %.17g, not %.17g +- %.3g", #value,  \
                  near_value_, near_expected_, near_tolerance_);                                                    \
  } while (0)

/* Relative agreement; 0 agrees with 0 and infinity with infinity. */
#define CLOSE(value, expected, relative)                                                                           \
  do {                                                                                                             \
    double close_value_ = (value), close_expected_ = (expected);                                                   \
    ck_assert_msg(close_value_ == close_expected_ ||                                                               \
                      fabs(close_value_ - close_expected_) <= (relative) * fabs(close_expected_),                  \
                  "%s is %.17g, not %.17g within %.3g of it", #value, close_value_, close_expected_,               \
                  (double)(relative));                                                                             \
  } while (0)

/* strtod as in the C locale, whatever the program's is. */
static inline double plain_number(const char *text, char **end) {
  locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0), before = uselocale(plain);
  double number = strtod(text, end);
  uselocale(before);
  freelocale(plain);
  return number;
}

/* The number at *text, which then points behind it and a comma. */
static inline double next_number(char **text) {
  char *end;
  double number = plain_number(*text, &end);
  ck_assert_msg(end != *text, "no number at \"%s\"", *text);
  *text = end + (*end == ',');
  return number;
}

/* A case that valgrind passes over (test/long.sh): "slow" for what would take hours there, "long_double" for what needs
 * one of more than 64 bits. */
static inline TCase *tagged_case(Suite *suite, const char *tag) {
  TCase *tagged = tcase_create(tag);
  tcase_set_tags(tagged, tag);
  suite_add_tcase(suite, tagged);
  return tagged;
}

static inline double *doubles(int64_t count) {
  double *array = malloc((size_t)(count ? count : 1) * sizeof *array);
  ck_assert_ptr_nonnull(array);
  return array;
}

/* Numbers that look random but need no generator under test: the fractional parts of multiples of the golden ratio,
 * scrambled, on (-1, 1). */
static inline double pseudo(uint64_t index) {
  uint64_t word = (index + 1) * UINT64_C(0x9e3779b97f4a7c15);
  word ^= word >> 31;
  word *= UINT64_C(0xbf58476d1ce4e5b9);
  word ^= word >> 29;
  word *= UINT64_C(0x94d049bb133111eb);
  return (double)(word >> 11) * 0x1p-52 - 1.0;
}

static inline void fill_pseudo(int64_t count, double *array, uint64_t offset) {
  for (int64_t i = 0; i < count; i++) array[i] = pseudo(offset + (uint64_t)i);
}

/* TAP on standard output, for Meson. Check kills a test after 4 s by default, which is too soon for a slow machine, and
 * reads another number when a test case is created. */
static inline int run_suite(Suite *(*suite)(void)) {
  setenv("CK_DEFAULT_TIMEOUT", "300", 0);
  SRunner *runner = srunner_create(suite());
  srunner_set_tap(runner, "-");
  srunner_run_all(runner, CK_SILENT);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

#define SUITE_MAIN(function) \
  int main(void) { return run_suite(function); }

#endif
