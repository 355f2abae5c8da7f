/* The task pool: what it draws, what it keeps, what it refuses. */
#include "support.h"

static icl_task_pool *new_pool(int64_t d, int64_t k, int32_t distribution, uint64_t seed) {
  icl_task_pool *pool = NULL;
  OK(icl_task_pool_create(d, k, distribution, seed, &pool));
  return pool;
}

/* The tasks of a pool, to be freed. */
static double *draw_tasks(int64_t d, int64_t k, int32_t distribution, uint64_t seed) {
  icl_task_pool *pool = new_pool(d, k, distribution, seed);
  double *tasks = doubles(k * d);
  OK(icl_task_pool_copy(pool, tasks));
  icl_task_pool_destroy(pool);
  return tasks;
}

static const int32_t distributions[] = {ICL_TASKS_GAUSSIAN, ICL_TASKS_SPHERE};

START_TEST(sizes_are_kept) {
  icl_task_pool *pool = new_pool(5, 3, ICL_TASKS_GAUSSIAN, 1);
  ck_assert_int_eq(icl_task_pool_dimension(pool), 5);
  ck_assert_int_eq(icl_task_pool_size(pool), 3);
  icl_task_pool_destroy(pool);
  OK(icl_task_pool_create_infinite(7, ICL_TASKS_SPHERE, 1, &pool));
  ck_assert_int_eq(icl_task_pool_dimension(pool), 7);
  ck_assert_int_eq(icl_task_pool_size(pool), 0);
  icl_task_pool_destroy(pool);
  ck_assert_int_eq(icl_task_pool_dimension(NULL), -1);
  ck_assert_int_eq(icl_task_pool_size(NULL), -1);
  icl_task_pool_destroy(NULL);
}
END_TEST

START_TEST(smaller_pool_is_a_prefix) {
  static const int64_t dimensions[] = {1, 2, 3, 7, 64}, sizes[] = {1, 2, 5, 16, 33};
  for (int i = 0; i < 50; i++) {
    int64_t d = dimensions[i % 5], k = sizes[i / 5 % 5];
    int32_t distribution = distributions[i / 25];
    double *large = draw_tasks(d, 40, distribution, 9), *small = draw_tasks(d, k, distribution, 9);
    ck_assert_int_eq(memcmp(large, small, (size_t)(k * d) * sizeof *small), 0);
    free(large);
    free(small);
  }
}
END_TEST

static int appears(const double *haystack, int64_t count, double number) {
  for (int64_t i = 0; i < count; i++) {
    if (haystack[i] == number) return 1;
  }
  return 0;
}

START_TEST(seeds_give_other_tasks) {
  static const uint64_t seeds[] = {0, 1, 2, UINT64_C(1) << 32, UINT64_MAX};
  for (int i = 0; i < 5; i++) {
    double *first = draw_tasks(8, 4, ICL_TASKS_GAUSSIAN, seeds[i]);
    double *again = draw_tasks(8, 4, ICL_TASKS_GAUSSIAN, seeds[i]);
    ck_assert_int_eq(memcmp(first, again, 32 * sizeof *first), 0);
    for (int j = 0; j < i; j++) {
      double *other = draw_tasks(8, 4, ICL_TASKS_GAUSSIAN, seeds[j]);
      for (int e = 0; e < 32; e++) ck_assert(!appears(first, 32, other[e]));
      free(other);
    }
    for (int e = 0; e < 32; e++) ck_assert(!appears(first, e, first[e])); /* nor is any number drawn twice */
    free(first);
    free(again);
  }
}
END_TEST

/* Scaling a vector to the length sqrt(d) leaves (d/2 + 3) roundings or so in |w|^2/d. */
START_TEST(sphere_has_radius_sqrt_d) {
  static const int64_t dimensions[] = {1, 2, 5, 100};
  for (int i = 0; i < 4; i++) {
    int64_t d = dimensions[i];
    double *tasks = draw_tasks(d, 50, ICL_TASKS_SPHERE, 3);
    for (int64_t j = 0; j < 50; j++) {
      double norm = 0.0;
      for (int64_t e = 0; e < d; e++) norm += tasks[j * d + e] * tasks[j * d + e];
      NEAR(norm / (double)d, 1.0, (3.0 + (double)d) * 2.3e-16);
    }
    free(tasks);
  }
}
END_TEST

START_TEST(sphere_in_one_dimension_is_a_sign) {
  double *tasks = draw_tasks(1, 10000, ICL_TASKS_SPHERE, 4), sum = 0.0;
  for (int j = 0; j < 10000; j++) {
    NEAR(fabs(tasks[j]), 1.0, 4.5e-16); /* four roundings */
    sum += tasks[j];
  }
  NEAR(sum, 0.0, 5.0 * 100.0); /* 5 standard errors */
  free(tasks);
}
END_TEST

/* The mean of N products of entries whose expectation and variance are given, within 5 standard errors: a right
 * generator fails once in 1.7 million. */
static void check_mean(double sum, double count, double expectation, double variance) {
  NEAR(sum / count, expectation, 5.0 * sqrt(variance / count));
}

/* N(0, 1) has the moments 0, 1, 0, 3; the variances of the powers are 1, 2, 15, 96. */
START_TEST(gaussian_moments) {
  enum { D = 16, K = 20000 };
  static const double moment[] = {0.0, 1.0, 0.0, 3.0}, variance[] = {1.0, 2.0, 15.0, 96.0};
  double *tasks = draw_tasks(D, K, ICL_TASKS_GAUSSIAN, 5), sums[4] = {0.0};
  for (int i = 0; i < D * K; i++) {
    double power = 1.0;
    for (int j = 0; j < 4; j++) sums[j] += power *= tasks[i];
  }
  for (int j = 0; j < 4; j++) check_mean(sums[j], (double)D * K, moment[j], variance[j]);
  free(tasks);
}
END_TEST

/* Beyond 1, 2, 3: P(|w| > t) = erfc(t/sqrt 2). */
START_TEST(gaussian_tails) {
  enum { COUNT = 400000 };
  double *tasks = draw_tasks(1, COUNT, ICL_TASKS_GAUSSIAN, 6);
  for (int t = 1; t <= 3; t++) {
    double beyond = 0.0, probability = erfc(t / sqrt(2.0));
    for (int i = 0; i < COUNT; i++) beyond += fabs(tasks[i]) > t;
    check_mean(beyond, COUNT, probability, probability * (1.0 - probability));
  }
  free(tasks);
}
END_TEST

/* Entries of one task, and the same entry of neighbouring tasks, are uncorrelated: products have mean 0, variance 1.
 * On the sphere E w_a^2 w_b^2 = d/(d+2) < 1. */
START_TEST(entries_are_uncorrelated) {
  enum { D = 6, K = 20000 };
  for (int which = 0; which < 2; which++) {
    double *tasks = draw_tasks(D, K, distributions[which], 7);
    for (int a = 0; a < D; a++) {
      for (int b = 0; b <= a; b++) {
        double within = 0.0, across = 0.0;
        for (int j = 0; j < K; j++) within += tasks[j * D + a] * tasks[j * D + b];
        for (int j = 1; j < K; j++) across += tasks[j * D + a] * tasks[(j - 1) * D + b];
        check_mean(within, K, a == b ? 1.0 : 0.0, a == b ? 2.0 : 1.0);
        check_mean(across, K - 1, 0.0, 1.0);
      }
    }
    free(tasks);
  }
}
END_TEST

/* E w_1^4 = 3 d/(d+2) on the sphere, which a merely bounded law would miss; Var w_1^4 <= E w_1^8 =
 * 105 d^3/((d+2)(d+4)(d+6)) = 9.2 at d = 3. */
START_TEST(sphere_is_uniform) {
  enum { K = 50000 };
  double *tasks = draw_tasks(3, K, ICL_TASKS_SPHERE, 8), first = 0.0, fourth = 0.0;
  for (int j = 0; j < K; j++) {
    first += tasks[3 * j];
    fourth += pow(tasks[3 * j], 4.0);
  }
  check_mean(first, K, 0.0, 1.0);
  check_mean(fourth, K, 9.0 / 5.0, 9.2);
  free(tasks);
}
END_TEST

START_TEST(given_tasks_come_back) {
  double tasks[12], copy[12];
  fill_pseudo(12, tasks, 10);
  for (int64_t d = 1; d <= 12; d++) {
    int64_t k = 12 / d;
    icl_task_pool *pool;
    double given[12];
    memcpy(given, tasks, sizeof given);
    memset(copy, 0, sizeof copy);
    OK(icl_task_pool_create_from(d, k, given, &pool));
    memset(given, 0, sizeof given); /* the pool has its own copy */
    ck_assert_int_eq(icl_task_pool_dimension(pool), d);
    ck_assert_int_eq(icl_task_pool_size(pool), k);
    OK(icl_task_pool_copy(pool, copy));
    ck_assert_int_eq(memcmp(copy, tasks, (size_t)(k * d) * sizeof *copy), 0);
    for (int64_t i = k * d; i < 12; i++) ck_assert(copy[i] == 0.0);
    icl_task_pool_destroy(pool);
  }
}
END_TEST

/* A drawn pool and one made of the same tasks are the same pool to whoever uses it. */
START_TEST(given_pool_acts_like_the_drawn_one) {
  enum { D = 4, K = 6, N = 30 };
  double *tasks = draw_tasks(D, K, ICL_TASKS_GAUSSIAN, 11), target[2][N], context[2][N * (D + 1)];
  for (int which = 0; which < 2; which++) {
    icl_task_pool *pool;
    icl_dataset *dataset;
    if (which) OK(icl_task_pool_create_from(D, K, tasks, &pool));
    else pool = new_pool(D, K, ICL_TASKS_GAUSSIAN, 11);
    OK(icl_dataset_create(pool, 5, N, 0.1, 3, &dataset));
    OK(icl_dataset_copy_rows(dataset, 0, N, NULL, context[which], target[which]));
    icl_dataset_destroy(dataset);
    icl_task_pool_destroy(pool);
  }
  ck_assert_int_eq(memcmp(target[0], target[1], sizeof target[0]), 0);
  ck_assert_int_eq(memcmp(context[0], context[1], sizeof context[0]), 0);
  free(tasks);
}
END_TEST

/* Whatever is made from a pool outlives it. */
START_TEST(pool_may_be_destroyed_first) {
  enum { D = 3, N = 20 };
  for (int infinite = 0; infinite < 2; infinite++) {
    icl_task_pool *pool;
    icl_dataset *dataset;
    icl_test_law *law;
    double before[N], after[N], gamma[D * (D + 1)], exact[2], sampled[2];
    if (infinite) OK(icl_task_pool_create_infinite(D, ICL_TASKS_GAUSSIAN, 1, &pool));
    else pool = new_pool(D, 4, ICL_TASKS_GAUSSIAN, 1);
    fill_pseudo(D * (D + 1), gamma, 0);
    OK(icl_dataset_create(pool, 5, N, 0.1, 2, &dataset));
    OK(icl_test_law_create_pool(pool, 5, 0.1, &law));
    OK(icl_dataset_copy_rows(dataset, 0, N, NULL, NULL, before));
    OK(icl_test_error(law, gamma, &exact[0]));
    OK(icl_test_error_sampled(law, gamma, 100, 1, NULL, &sampled[0], NULL));
    icl_task_pool_destroy(pool);
    double *other = draw_tasks(D, 4, ICL_TASKS_GAUSSIAN, 99); /* takes the memory, were it given back */
    OK(icl_dataset_copy_rows(dataset, 0, N, NULL, NULL, after));
    OK(icl_test_error(law, gamma, &exact[1]));
    OK(icl_test_error_sampled(law, gamma, 100, 1, NULL, &sampled[1], NULL));
    ck_assert_int_eq(memcmp(before, after, sizeof before), 0);
    ck_assert(exact[0] == exact[1] && sampled[0] == sampled[1]);
    free(other);
    icl_dataset_destroy(dataset);
    icl_test_law_destroy(law);
  }
}
END_TEST

START_TEST(infinite_pool_has_no_tasks_to_copy) {
  icl_task_pool *pool;
  double tasks[4] = {7.0, 7.0, 7.0, 7.0};
  OK(icl_task_pool_create_infinite(2, ICL_TASKS_GAUSSIAN, 1, &pool));
  FAILS(ICL_ERR_UNSUPPORTED, "infinite", icl_task_pool_copy(pool, tasks));
  for (int i = 0; i < 4; i++) ck_assert(tasks[i] == 7.0);
  icl_task_pool_destroy(pool);
}
END_TEST

static icl_task_pool *const untouched = (icl_task_pool *)&distributions;

START_TEST(bad_sizes_and_codes) {
  static const int64_t bad[] = {0, -1, INT64_MIN};
  static const int32_t codes[] = {0, 3, -1, INT32_MAX};
  const double task = 1.0;
  icl_task_pool *pool = untouched;
  for (int i = 0; i < 3; i++) {
    FAILS(ICL_ERR_DOMAIN, "d is", icl_task_pool_create(bad[i], 1, ICL_TASKS_GAUSSIAN, 0, &pool));
    FAILS(ICL_ERR_DOMAIN, "k is", icl_task_pool_create(1, bad[i], ICL_TASKS_GAUSSIAN, 0, &pool));
    FAILS(ICL_ERR_DOMAIN, "d is", icl_task_pool_create_infinite(bad[i], ICL_TASKS_GAUSSIAN, 0, &pool));
    FAILS(ICL_ERR_DOMAIN, "d is", icl_task_pool_create_from(bad[i], 1, &task, &pool));
    FAILS(ICL_ERR_DOMAIN, "k is", icl_task_pool_create_from(1, bad[i], &task, &pool));
  }
  for (int i = 0; i < 4; i++) {
    FAILS(ICL_ERR_ARGUMENT, "distribution", icl_task_pool_create(1, 1, codes[i], 0, &pool));
    FAILS(ICL_ERR_ARGUMENT, "distribution", icl_task_pool_create_infinite(1, codes[i], 0, &pool));
  }
  ck_assert_ptr_eq(pool, untouched);
}
END_TEST

START_TEST(huge_sizes) {
  static const int64_t huge[] = {INT64_MAX, INT64_MAX / 8, INT64_C(1) << 61, INT64_C(1) << 32};
  const double task = 1.0;
  icl_task_pool *pool = untouched;
  for (int i = 0; i < 4; i++) {
    FAILS(ICL_ERR_SIZE, "d is", icl_task_pool_create(huge[i], 1, ICL_TASKS_GAUSSIAN, 0, &pool));
    FAILS(ICL_ERR_SIZE, "d is", icl_task_pool_create_infinite(huge[i], ICL_TASKS_SPHERE, 0, &pool));
    FAILS(ICL_ERR_SIZE, "d is", icl_task_pool_create_from(huge[i], 1, &task, &pool));
    if (i == 3) break; /* 2^32 tasks of dimension 3 are only a matter of memory */
    FAILS(ICL_ERR_SIZE, "tasks", icl_task_pool_create(3, huge[i], ICL_TASKS_GAUSSIAN, 0, &pool));
    FAILS(ICL_ERR_SIZE, "tasks", icl_task_pool_create_from(3, huge[i], &task, &pool));
  }
  ck_assert_ptr_eq(pool, untouched);
}
END_TEST

START_TEST(bad_tasks) {
  static const double bad[] = {NAN, INFINITY, -INFINITY, 1e200};
  double tasks[15];
  icl_task_pool *pool = untouched;
  for (int trial = 0; trial < 4 * 15; trial++) { /* at the front, in the middle, at the end */
    fill_pseudo(15, tasks, 0);
    tasks[trial % 15] = bad[trial / 15];
    FAILS(ICL_ERR_NONFINITE, trial < 45 ? "tasks[" : "task ", icl_task_pool_create_from(3, 5, tasks, &pool));
  }
  fill_pseudo(15, tasks, 0);
  for (int i = 12; i < 15; i++) tasks[i] = 1e154; /* each square is finite, their sum is not */
  FAILS(ICL_ERR_NONFINITE, "task 4", icl_task_pool_create_from(3, 5, tasks, &pool));
  ck_assert_ptr_eq(pool, untouched);
}
END_TEST

START_TEST(null_arguments) {
  double task = 7.0;
  icl_task_pool *pool = untouched;
  FAILS(ICL_ERR_ARGUMENT, "out", icl_task_pool_create(1, 1, ICL_TASKS_GAUSSIAN, 0, NULL));
  FAILS(ICL_ERR_ARGUMENT, "out", icl_task_pool_create_infinite(1, ICL_TASKS_GAUSSIAN, 0, NULL));
  FAILS(ICL_ERR_ARGUMENT, "out", icl_task_pool_create_from(1, 1, &task, NULL));
  FAILS(ICL_ERR_ARGUMENT, "tasks", icl_task_pool_create_from(1, 1, NULL, &pool));
  ck_assert_ptr_eq(pool, untouched);
  pool = new_pool(1, 1, ICL_TASKS_GAUSSIAN, 0);
  FAILS(ICL_ERR_ARGUMENT, "pool", icl_task_pool_copy(NULL, &task));
  FAILS(ICL_ERR_ARGUMENT, "tasks", icl_task_pool_copy(pool, NULL));
  ck_assert(task == 7.0);
  icl_task_pool_destroy(pool);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("tasks");
  TCase *draws = tcase_create("draws"), *interface = tcase_create("interface");
  tcase_add_test(draws, smaller_pool_is_a_prefix);
  tcase_add_test(draws, seeds_give_other_tasks);
  tcase_add_test(draws, sphere_has_radius_sqrt_d);
  tcase_add_test(draws, sphere_in_one_dimension_is_a_sign);
  tcase_add_test(draws, gaussian_moments);
  tcase_add_test(draws, gaussian_tails);
  tcase_add_test(draws, entries_are_uncorrelated);
  tcase_add_test(draws, sphere_is_uniform);
  tcase_add_test(interface, sizes_are_kept);
  tcase_add_test(interface, given_tasks_come_back);
  tcase_add_test(interface, given_pool_acts_like_the_drawn_one);
  tcase_add_test(interface, pool_may_be_destroyed_first);
  tcase_add_test(interface, infinite_pool_has_no_tasks_to_copy);
  tcase_add_test(interface, bad_sizes_and_codes);
  tcase_add_test(interface, huge_sizes);
  tcase_add_test(interface, bad_tasks);
  tcase_add_test(interface, null_arguments);
  suite_add_tcase(s, draws);
  suite_add_tcase(s, interface);
  return s;
}

SUITE_MAIN(suite)
