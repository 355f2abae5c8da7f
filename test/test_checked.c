/* The checks and the memory that every room of the library relies on. Internals: linked against the static library. */
#include "support.h"

#include "alloc.h"
#include "checked.h"

/* The most doubles that can be addressed: 2^60 - 1, or 2^28 - 1 on 32-bit machines. */
static const int64_t most = PTRDIFF_MAX / (int64_t)sizeof(double);

/* Products of three factors, about that. */
START_TEST(products_that_overflow) {
  const int64_t part = (most + 1) / 256;
  const int64_t fits[][3] = {{1, 1, 1}, {3, 5, 7}, {16, part, 15}, {0, most / 2, 1}, {1, 1, most}, {most, 1, 1}};
  const int64_t too_large[][3] = {
    {16, part, 16}, {16, part, 17}, /* at the third factor only */
    {1, 1, most + 1},            {1, 1, INT64_MAX},
    {most + 1, 1, 1},            {1, most + 1, 1},
    {INT64_C(1) << 40, INT64_C(1) << 40, 1}, /* the product is 0 in 64 bits */
    {3, INT64_MAX / 2, 1},       {INT64_MAX, INT64_MAX, INT64_MAX}};
  int64_t product = -7;
  for (size_t i = 0; i < sizeof too_large / sizeof *too_large; i++) {
    const int64_t *f = too_large[i];
    FAILS(ICL_ERR_SIZE, "an array would have", icl__check_product(f[0], f[1], f[2], "an array", &product));
    ck_assert_int_eq(product, -7);
  }
  for (size_t i = 0; i < sizeof fits / sizeof *fits; i++) {
    OK(icl__check_product(fits[i][0], fits[i][1], fits[i][2], "an array", &product));
    ck_assert_int_eq(product, fits[i][0] * fits[i][1] * fits[i][2]);
  }
}
END_TEST

/* d has to fit the integer of BLAS, and d (d+1) doubles the address space. */
START_TEST(dimensions) {
  static const int64_t too_large[] = {INT32_MAX, INT64_C(1) << 32, INT64_MAX - 1, INT64_MAX};
  icl_dataset *untouched = NULL;
  for (int i = 0; i < 4; i++) {
    FAILS(ICL_ERR_SIZE, "BLAS", icl__check_dimension(too_large[i]));
    FAILS(ICL_ERR_SIZE, "BLAS", icl_dataset_create_empty(too_large[i], &untouched));
  }
  FAILS(ICL_ERR_SIZE, "d x (d+1)", icl__check_dimension(INT32_MAX - 1)); /* 2^62 doubles */
  int64_t root = INT64_C(1) << (sizeof most == sizeof(size_t) ? 30 : 14); /* of most + 1 */
  FAILS(ICL_ERR_SIZE, "d x (d+1)", icl__check_dimension(root));
  OK(icl__check_dimension(root - 1));
  FAILS(ICL_ERR_DOMAIN, "d is 0", icl__check_dimension(0));
  FAILS(ICL_ERR_DOMAIN, "d is -1", icl__check_dimension(-1));
  ck_assert_ptr_null(untouched);
}
END_TEST

START_TEST(arrays_of_finite_numbers) {
  static const double bad[] = {NAN, INFINITY, -INFINITY};
  for (int i = 0; i < 3; i++) {
    for (int at = 0; at < 4; at++) {
      double array[4] = {0.0, -0.0, 5e-324, 1.7e308};
      char expected[] = "name[0]";
      OK(icl__check_finite(array, 4, "name"));
      array[at] = bad[i];
      expected[5] = (char)('0' + at);
      FAILS(ICL_ERR_NONFINITE, expected, icl__check_finite(array, 4, "name"));
      OK(icl__check_finite(array, at, "name"));
    }
  }
}
END_TEST

/* Cache lines are not shared by two arrays, and the widest vectors load from them. */
START_TEST(arrays_start_on_cache_lines) {
  double *arrays[40];
  for (int64_t count = 0; count < 40; count++) {
    OK(icl__new_doubles(count, &arrays[count]));
    ck_assert_msg((uintptr_t)arrays[count] % 64 == 0, "%d doubles at %p", (int)count, (void *)arrays[count]);
    for (int64_t i = 0; i < count; i++) arrays[count][i] = (double)count;
  }
  for (int64_t count = 0; count < 40; count++) {
    for (int64_t i = 0; i < count; i++) ck_assert(arrays[count][i] == (double)count);
    icl__free(arrays[count]);
  }
  icl__free(NULL);
}
END_TEST

START_TEST(arrays_grow) {
  double *array = NULL;
  OK(icl__grow_doubles(&array, 0, 3));
  for (int i = 0; i < 3; i++) array[i] = i;
  OK(icl__grow_doubles(&array, 3, 1000));
  for (int i = 0; i < 3; i++) ck_assert(array[i] == i);
  ck_assert((uintptr_t)array % 64 == 0);
  array[999] = 1.0;
  double *before = array;
  FAILS(ICL_ERR_SIZE, "address space", icl__grow_doubles(&array, 3, INT64_MAX / 8));
  ck_assert(array == before && array[2] == 2.0);
  icl__free(array);
}
END_TEST

START_TEST(memory_that_does_not_exist) {
  double untouched, *array = &untouched;
  void *memory;
  FAILS(ICL_ERR_SIZE, "address space", icl__new_doubles(INT64_MAX, &array));
  FAILS(ICL_ERR_SIZE, "address space", icl__new_doubles(INT64_MAX / 8, &array));
  /* A quarter of the address space, which 32-bit machines do have; and bytes whose lower 32 bits are 0. */
  if (sizeof most == sizeof(size_t)) FAILS(ICL_ERR_MEMORY, "out of memory", icl__new_doubles(most / 2, &array));
  FAILS(ICL_ERR_MEMORY, "out of memory", icl__new(INT64_MAX - UINT32_MAX, &memory));
  ck_assert(array == &untouched);
  OK(icl__new(100, &memory));
  for (int i = 0; i < 100; i++) ck_assert(((char *)memory)[i] == 0);
  icl__free(memory);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("checked");
  TCase *c = tcase_create("checked");
  tcase_add_test(c, products_that_overflow);
  tcase_add_test(c, dimensions);
  tcase_add_test(c, arrays_of_finite_numbers);
  tcase_add_test(c, arrays_start_on_cache_lines);
  tcase_add_test(c, arrays_grow);
  tcase_add_test(c, memory_that_does_not_exist);
  suite_add_tcase(s, c);
  return s;
}

SUITE_MAIN(suite)
