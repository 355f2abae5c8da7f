/* Rows that fits do not like. */
#ifndef ICL_TEST_HOSTILE_ROWS_H
#define ICL_TEST_HOSTILE_ROWS_H

#include "exact_ridge.h"

typedef void (*build_fn)(exact_problem *s);

static void plain(exact_problem *s, int64_t d, int64_t n) {
  s->d = d;
  s->n = n;
  fill_pseudo(n * d, s->query, 10);
  fill_pseudo(n * (d + 1), s->context, 1000);
  fill_pseudo(n, s->target, 5000);
}

static void copy_row(exact_problem *s, int64_t from, int64_t to) {
  memcpy(&s->query[to * s->d], &s->query[from * s->d], (size_t)s->d * sizeof *s->query);
  memcpy(&s->context[to * (s->d + 1)], &s->context[from * (s->d + 1)], (size_t)(s->d + 1) * sizeof *s->context);
}

static void scale(int64_t count, double *array, double factor) {
  for (int64_t i = 0; i < count; i++) array[i] *= factor;
}

static void one_number(exact_problem *s) { plain(s, 1, 1); }
static void one_row(exact_problem *s) { plain(s, 3, 1); }
static void square(exact_problem *s) { plain(s, 2, 6); }
static void square_of_one(exact_problem *s) { plain(s, 1, 2); }

/* Other targets for the same rows. */
static void repeated_few(exact_problem *s) {
  plain(s, 2, 5);
  copy_row(s, 0, 3);
  copy_row(s, 1, 4);
}

static void repeated_many(exact_problem *s) {
  plain(s, 2, 12);
  for (int64_t row = 4; row < 12; row++) copy_row(s, row % 4, row);
}

static void the_same_row(exact_problem *s) {
  plain(s, 2, 20);
  for (int64_t row = 1; row < 20; row++) copy_row(s, 0, row);
}

static void repeated_full_rank(exact_problem *s) {
  plain(s, 2, 16);
  for (int64_t row = 8; row < 16; row++) copy_row(s, row - 8, row);
}

static void nearly_repeated(exact_problem *s, double factor) {
  plain(s, 2, 5);
  copy_row(s, 0, 3);
  scale(1, &s->query[6], 1.0 + factor);
  s->target[3] = s->target[0] * (1.0 + factor);
}
static void nearly_repeated_6(exact_problem *s) { nearly_repeated(s, 0x1p-20); }
static void nearly_repeated_9(exact_problem *s) { nearly_repeated(s, 0x1p-30); }

static void constant_targets(exact_problem *s) {
  plain(s, 2, 15);
  for (int64_t row = 0; row < 15; row++) s->target[row] = 3.0;
}

static void zero_targets(exact_problem *s) {
  plain(s, 2, 15);
  scale(15, s->target, 0.0);
}

/* Contexts on a line, or in a plane with small whole numbers, where the sum is exact. */
static void contexts_on_a_line(exact_problem *s) {
  plain(s, 2, 15);
  for (int64_t row = 0; row < 15; row++) {
    double length = (double)(row % 7 - 3);
    for (int64_t j = 0; j < 3; j++) s->context[3 * row + j] = length * (double)(j + 1);
  }
}

static void contexts_in_a_plane(exact_problem *s, int64_t n) {
  plain(s, 2, n);
  for (int64_t row = 0; row < n; row++) {
    s->context[3 * row] = (double)(row % 5 - 2);
    s->context[3 * row + 1] = (double)(row * row % 7 - 3);
    s->context[3 * row + 2] = s->context[3 * row] + s->context[3 * row + 1];
  }
}
static void plane_few(exact_problem *s) { contexts_in_a_plane(s, 5); }
static void plane_many(exact_problem *s) { contexts_in_a_plane(s, 30); }

/* All contexts the same, as an intercept: rank d. */
static void constant_contexts(exact_problem *s) {
  plain(s, 3, 20);
  for (int64_t i = 0; i < 80; i++) s->context[i] = 1.0;
}

static void zero_rows_few(exact_problem *s) {
  plain(s, 2, 5);
  scale(2, &s->query[2], 0.0);
  scale(3, &s->context[9], 0.0);
}

static void zero_rows_many(exact_problem *s) {
  plain(s, 2, 20);
  for (int64_t row = 0; row < 20; row += 3) scale(2, &s->query[2 * row], 0.0);
}

static void zero_queries(exact_problem *s) {
  plain(s, 2, 9);
  scale(18, s->query, 0.0);
}

static void zero_contexts(exact_problem *s) {
  plain(s, 2, 4);
  scale(12, s->context, 0.0);
}

static void large_queries(exact_problem *s) {
  plain(s, 2, 15);
  scale(30, s->query, 1e150);
}

static void small_queries_few(exact_problem *s) {
  plain(s, 2, 4);
  scale(8, s->query, 1e-150);
}

static void small_contexts(exact_problem *s) {
  plain(s, 2, 15);
  scale(45, s->context, 1e-150);
}

static void large_and_small(exact_problem *s) {
  plain(s, 2, 15);
  scale(30, s->query, 1e150);
  scale(45, s->context, 1e-150);
}

static void large_and_small_few(exact_problem *s) {
  plain(s, 2, 4);
  scale(8, s->query, 1e150);
  scale(12, s->context, 1e-150);
}

static void small_and_large_few(exact_problem *s) {
  plain(s, 2, 4);
  scale(8, s->query, 1e-150);
  scale(12, s->context, 1e150);
}

static void large_targets(exact_problem *s) {
  plain(s, 2, 15);
  scale(15, s->target, 1e140);
}

static void small_targets(exact_problem *s) {
  plain(s, 2, 4);
  scale(4, s->target, 1e-150);
}

static void all_scaled(exact_problem *s, int64_t d, int64_t n, int query, int context, int target) {
  plain(s, d, n);
  scale(n * d, s->query, ldexp(1.0, query));
  scale(n * (d + 1), s->context, ldexp(1.0, context));
  scale(n, s->target, ldexp(1.0, target));
}

/* F'y is a normal number, but squares of features are 0; then F'y is subnormal; then 0; then y h is, and large q take
 * (y h) q back to a number that y q h is not. */
static void smallest_products(exact_problem *s) { all_scaled(s, 1, 5, -400, -400, -150); }
static void small_features_few(exact_problem *s) { all_scaled(s, 2, 4, -400, -400, -200); }
static void subnormal_products(exact_problem *s) { all_scaled(s, 1, 3, -500, -500, -40); }
static void lost_products(exact_problem *s) { all_scaled(s, 1, 3, -565, -465, -66); }
static void lost_halfway(exact_problem *s) { all_scaled(s, 1, 3, 500, -530, -560); }

/* Large q meet small h only, and large h small q: tr(Q'Q) tr(H'H) tells nothing of the features. */
static void opposite_scales(exact_problem *s) {
  plain(s, 1, 4);
  for (int64_t row = 0; row < 4; row++) {
    scale(1, &s->query[row], row % 2 ? 1.0 : 1e-300);
    scale(2, &s->context[2 * row], row % 2 ? 1e-300 : 1.0);
  }
}

/* Rows, or columns, over ten orders of magnitude. */
static void graded_rows(exact_problem *s) {
  plain(s, 2, 5);
  for (int64_t row = 0; row < 5; row++) scale(2, &s->query[2 * row], ldexp(1.0, (int)(-8 * row)));
}

static void graded_columns(exact_problem *s) {
  plain(s, 2, 15);
  for (int64_t row = 0; row < 15; row++) scale(1, &s->context[3 * row + 2], 0x1p-33);
}

/* A row of the generator's. */
static void drawn(exact_problem *s, int64_t d, int64_t l, int64_t k, int64_t n, double rho) {
  icl_task_pool *pool;
  icl_dataset *dataset;
  s->d = d;
  s->n = n;
  OK(icl_task_pool_create(d, k, ICL_TASKS_SPHERE, 3, &pool));
  OK(icl_dataset_create(pool, l, n, rho, 4, &dataset));
  OK(icl_dataset_copy_rows(dataset, 0, n, s->query, s->context, s->target));
  icl_task_pool_destroy(pool);
  icl_dataset_destroy(dataset);
}
static void smallest_model(exact_problem *s) { drawn(s, 1, 1, 1, 1, 0.0); }
static void smallest_of_many_rows(exact_problem *s) { drawn(s, 1, 1, 1, 30, 0.0); }
static void one_token(exact_problem *s) { drawn(s, 2, 1, 3, 30, 0.0); }
static void one_task(exact_problem *s) { drawn(s, 2, 4, 1, 30, 0.0); }
static void one_noisy_task(exact_problem *s) { drawn(s, 3, 4, 1, 12, 0.5); }
static void two_tasks(exact_problem *s) { drawn(s, 3, 4, 2, 36, 0.0); }

typedef enum { ANSWERED, MAY_MISS, REFUSED } outcome;

static const struct {
  build_fn build;
  outcome expected;
} problems[] = {
#define PROBLEM(name) {name, ANSWERED}
#define MAY_MISS(name) {name, MAY_MISS}
#define REFUSED(name) {name, REFUSED}
  PROBLEM(one_number), PROBLEM(one_row), PROBLEM(square), PROBLEM(square_of_one), PROBLEM(repeated_few),
  PROBLEM(repeated_many), PROBLEM(the_same_row), PROBLEM(repeated_full_rank), PROBLEM(nearly_repeated_6),
  PROBLEM(nearly_repeated_9), PROBLEM(constant_targets), PROBLEM(zero_targets), PROBLEM(contexts_on_a_line),
  PROBLEM(plane_few), PROBLEM(plane_many), PROBLEM(constant_contexts), PROBLEM(zero_rows_few),
  PROBLEM(zero_rows_many), PROBLEM(zero_queries), PROBLEM(zero_contexts), PROBLEM(large_queries),
  PROBLEM(small_queries_few), PROBLEM(small_contexts), PROBLEM(large_and_small), PROBLEM(large_targets),
  PROBLEM(large_and_small_few), PROBLEM(small_and_large_few), PROBLEM(small_targets), MAY_MISS(graded_rows),
  MAY_MISS(graded_columns), PROBLEM(smallest_model),
  PROBLEM(smallest_of_many_rows), PROBLEM(one_token), PROBLEM(one_task), PROBLEM(one_noisy_task),
  PROBLEM(two_tasks), PROBLEM(smallest_products), PROBLEM(small_features_few), PROBLEM(opposite_scales),
  REFUSED(subnormal_products), REFUSED(lost_products), REFUSED(lost_halfway),
};
enum { PROBLEMS = sizeof problems / sizeof *problems };

#endif
