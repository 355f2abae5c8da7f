#include "support.h"

#include <stdio.h>

START_TEST(text_and_number_agree) {
  int major, minor, patch;
  ck_assert_int_eq(sscanf(icl_version_string(), "%d.%d.%d", &major, &minor, &patch), 3);
  ck_assert_int_eq(icl_version_number(), 10000 * major + 100 * minor + patch);
  ck_assert_str_eq(icl_version_string(), EXPECTED_VERSION);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("version");
  TCase *c = tcase_create("version");
  tcase_add_test(c, text_and_number_agree);
  suite_add_tcase(s, c);
  return s;
}

SUITE_MAIN(suite)
