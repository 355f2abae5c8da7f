/* The exact test error: against sampling, against the textbook form, against long double where it is tiny. */
#include "support.h"

enum { D = 6, L = 9, SIZE = D * (D + 1), WIDTH = D + 1 };

static const double rho = 0.2;

static icl_task_pool *pool_of(int64_t k) {
  icl_task_pool *pool;
  if (k) OK(icl_task_pool_create(D, k, ICL_TASKS_GAUSSIAN, 21, &pool));
  else OK(icl_task_pool_create_infinite(D, ICL_TASKS_GAUSSIAN, 21, &pool));
  return pool;
}

/* A covariance with eigenvalues 3, 2.5, ... 0.5 in rotated axes: C = Q diag Q', Q a Householder reflection. */
static void covariance_of(double *covariance) {
  double v[D], norm = 0.0, q[D][D];
  fill_pseudo(D, v, 50);
  for (int i = 0; i < D; i++) norm += v[i] * v[i];
  for (int i = 0; i < D; i++) {
    for (int j = 0; j < D; j++) q[i][j] = (i == j) - 2.0 * v[i] * v[j] / norm;
  }
  for (int i = 0; i < D; i++) {
    for (int j = 0; j < D; j++) {
      covariance[i * D + j] = 0.0;
      for (int m = 0; m < D; m++) covariance[i * D + j] += 0.5 * (m + 1) * q[i][m] * q[j][m];
    }
  }
}

enum { FRESH, SPHERE, STRUCTURED, SMALL_POOL, LARGE_POOL, INFINITE_POOL, LAWS };

static icl_test_law *law_of(int which, int64_t l) {
  icl_test_law *law;
  double covariance[D * D];
  if (which == FRESH) OK(icl_test_law_create_fresh(D, l, rho, ICL_TASKS_GAUSSIAN, &law));
  if (which == SPHERE) OK(icl_test_law_create_fresh(D, l, rho, ICL_TASKS_SPHERE, &law));
  if (which == STRUCTURED) {
    covariance_of(covariance);
    OK(icl_test_law_create_gaussian(D, l, rho, covariance, &law));
  }
  if (which >= SMALL_POOL) {
    icl_task_pool *pool = pool_of(which == SMALL_POOL ? 4 : which == LARGE_POOL ? 50 : 0);
    OK(icl_test_law_create_pool(pool, l, rho, &law));
    icl_task_pool_destroy(pool);
  }
  return law;
}

/* A Gamma near the identity, as fits are. */
static void some_gamma(double *gamma) {
  fill_pseudo(SIZE, gamma, 7);
  for (int i = 0; i < SIZE; i++) gamma[i] = 0.2 * gamma[i] + (i % WIDTH == i / WIDTH ? 0.7 : 0.0);
}

/* Twelve bounds of 4 standard errors: P = 7.6e-4 that a right program breaks one. The seeds are fixed. */
START_TEST(exact_agrees_with_sampled) {
  static const int64_t lengths[] = {1, L};
  double gamma[SIZE], exact, mean, error;
  icl_test_law *law = law_of(_i % LAWS, lengths[_i / LAWS]);
  some_gamma(gamma);
  OK(icl_test_error(law, gamma, &exact));
  OK(icl_test_error_sampled(law, gamma, 200000, 31, NULL, &mean, &error));
  ck_assert_msg(fabs(mean - exact) < 4 * error, "law %d: %g, not %g +- %g", _i % LAWS, exact, mean, error);
  ck_assert(error < 0.02 * mean); /* else the agreement says little */
  icl_test_law_destroy(law);
}
END_TEST

START_TEST(exact_agrees_with_the_moments) {
  double gamma[SIZE], A[SIZE], B[WIDTH * WIDTH], c, exact;
  icl_test_law *law = law_of(_i, L);
  some_gamma(gamma);
  OK(icl_test_law_moments(law, A, B, &c));
  OK(icl_test_error(law, gamma, &exact));
  double form = c;
  for (int i = 0; i < D; i++) {
    for (int a = 0; a < WIDTH; a++) {
      form -= 2.0 * gamma[i * WIDTH + a] * A[i * WIDTH + a] / D;
      for (int b = 0; b < WIDTH; b++) form += gamma[i * WIDTH + a] * B[a * WIDTH + b] * gamma[i * WIDTH + b] / D;
    }
  }
  CLOSE(exact, form, 1e-13); /* the textbook form, of terms of the size of the result here */
  memset(gamma, 0, sizeof gamma);
  OK(icl_test_error(law, gamma, &exact));
  CLOSE(exact, c, 1e-14);
  icl_test_law_destroy(law);
}
END_TEST

/* Moments in closed form, written down from the definition and not from S and N. */
START_TEST(moments_of_fresh_tasks) {
  for (int which = FRESH; which <= STRUCTURED; which++) {
    double A[SIZE], B[WIDTH * WIDTH], c, C[D * D] = {0}, trace = 0.0, square = 0.0, l = L;
    icl_test_law *law = law_of(which, L);
    OK(icl_test_law_moments(law, A, B, &c));
    if (which == STRUCTURED) covariance_of(C);
    else for (int i = 0; i < D; i++) C[i * D + i] = 1.0;
    for (int i = 0; i < D; i++) trace += C[i * D + i];
    for (int i = 0; i < D * D; i++) square += C[i] * C[i];
    double mean = trace / D + rho, variance = which == SPHERE ? 0.0 : 2.0 * square / (D * D);
    CLOSE(c, mean, 1e-14);
    for (int i = 0; i < WIDTH; i++) {
      for (int j = 0; j < WIDTH; j++) {
        double entry = i < D && j < D ? C[i * D + j] : 0.0;
        double expected = (1.0 + 1.0 / l) * entry + (i == j ? D / l * mean : 0.0);
        if (i == D || j == D) expected = i == j ? (1.0 + 2.0 / l) * (mean * mean + variance) : 0.0;
        NEAR(B[i * WIDTH + j], expected, 1e-14 * 10);
        if (i < D) NEAR(A[i * WIDTH + j], entry, 1e-14 * 3);
      }
    }
    icl_test_law_destroy(law);
  }
}
END_TEST

START_TEST(moments_of_a_pool) {
  static const int64_t sizes[] = {1, 4, 7, 8, 50};
  for (int which = 0; which < 5; which++) {
    int64_t k = sizes[which];
    double A[SIZE], B[WIDTH * WIDTH], c, tasks[50 * D], expected_A[SIZE] = {0}, expected_B[WIDTH * WIDTH] = {0};
    double mean = 0.0, l = L;
    icl_task_pool *pool = pool_of(k);
    icl_test_law *law;
    OK(icl_test_law_create_pool(pool, L, rho, &law));
    OK(icl_task_pool_copy(pool, tasks));
    OK(icl_test_law_moments(law, A, B, &c));
    for (int64_t task = 0; task < k; task++) {
      const double *w = &tasks[task * D];
      double variance = rho;
      for (int i = 0; i < D; i++) variance += w[i] * w[i] / D;
      mean += variance / (double)k;
      for (int i = 0; i < WIDTH; i++) {
        for (int j = 0; j < WIDTH; j++) {
          double h_i = i < D ? w[i] : variance, h_j = j < D ? w[j] : variance; /* E[h|w] */
          double factor = i < D && j < D ? 1.0 + 1.0 / l : 1.0 + 2.0 / l;
          double diagonal = i == j && i < D ? D / l * variance : 0.0;
          expected_B[i * WIDTH + j] += (factor * h_i * h_j + diagonal) / (double)k;
          if (i < D) expected_A[i * WIDTH + j] += h_i * h_j / (double)k;
        }
      }
    }
    CLOSE(c, mean, 1e-13);
    for (int i = 0; i < WIDTH * WIDTH; i++) NEAR(B[i], expected_B[i], 2e-13); /* entries are below 10 */
    for (int i = 0; i < SIZE; i++) NEAR(A[i], expected_A[i], 1e-13);
    icl_task_pool_destroy(pool);
    icl_test_law_destroy(law);
  }
}
END_TEST

/* The Gamma that recalls one memorised task: G w = w, with long contexts and no noise. Its IDG error is made of terms
 * of size 1e-12 that the textbook form would lose in the rounding of 1. */
START_TEST(tiny_errors_keep_their_digits) {
  double tasks[D], gamma[SIZE], error, norm = 0.0;
  int64_t l = INT64_C(1000000000000);
  icl_task_pool *pool;
  icl_test_law *law;
  fill_pseudo(D, tasks, 3);
  for (int i = 0; i < D; i++) norm += tasks[i] * tasks[i];
  OK(icl_task_pool_create_from(D, 1, tasks, &pool));
  OK(icl_test_law_create_pool(pool, l, 0.0, &law));
  for (int i = 0; i < D; i++) {
    for (int j = 0; j <= D; j++) gamma[i * WIDTH + j] = j < D ? tasks[i] * tasks[j] / norm : 0.0;
  }
  OK(icl_test_error(law, gamma, &error));
  /* (1/d) E|w - P h|^2 = (1/d) tr P Cov(h) P with P the projector: (1/(d l)) (d c + |w|^2) and d c = |w|^2. What is
   * left of w - P w in doubles is eps |w|, 1e-32 in the square. */
  CLOSE(error, 2.0 * norm / (D * (double)l), 1e-10);
  icl_task_pool_destroy(pool);
  icl_test_law_destroy(law);
}
END_TEST

/* d = 1, one task, no noise: y = x w, so h = [w X/l; w^2 X/l] and the error is E(w - Gamma h)^2 by hand, X = chi2_l. */
START_TEST(one_dimension) {
  double w = 1.7, gamma[2] = {0.3, -0.2}, error;
  icl_task_pool *pool;
  icl_test_law *law;
  OK(icl_task_pool_create_from(1, 1, &w, &pool));
  OK(icl_test_law_create_pool(pool, 4, 0.0, &law));
  OK(icl_test_error(law, gamma, &error));
  double slope = gamma[0] * w + gamma[1] * w * w, square = 1.0 + 2.0 / 4; /* E(X/l)^2 */
  CLOSE(error, w * w - 2 * w * slope + slope * slope * square, 1e-14);
  icl_task_pool_destroy(pool);
  icl_test_law_destroy(law);
}
END_TEST

/* d = 1, one task, no noise: N is singular, Gamma = t [w, -1] is in its null space, and its error is w^2 whatever t;
 * but for large t rounding leaves eps t^2 of Gamma N Gamma', of any sign. The error has to stay at or above rho = 0. */
START_TEST(never_below_the_noise) {
  for (int i = 0; i < 400; i++) {
    double w = 1.7 + 0.001 * i, t = pow(10.0, 0.025 * i), error;
    for (int nudge = -1; nudge <= 1; nudge++) {
      double gamma[2] = {t * w * (1.0 + nudge * 2.3e-16), -t};
      icl_task_pool *pool;
      icl_test_law *law;
      OK(icl_task_pool_create_from(1, 1, &w, &pool));
      OK(icl_test_law_create_pool(pool, 4, 0.0, &law));
      OK(icl_test_error(law, gamma, &error));
      ck_assert_msg(error >= 0.0, "w = %g, t = %g: error %g", w, t, error);
      /* what rounding of Gamma and of w^2 may do: a slope of eps t w^2 or so */
      NEAR(sqrt(error), w, 1e-15 * (1.0 + t * w * w) * 4.0);
      icl_task_pool_destroy(pool);
      icl_test_law_destroy(law);
    }
  }
}
END_TEST

/* The optimal Gamma is stationary, Gamma (B + lambda I) = A, and for lambda = 0 every other is worse. */
START_TEST(optimal_gamma) {
  double gamma[SIZE], other[SIZE], A[SIZE], B[WIDTH * WIDTH], least, error;
  icl_test_law *law = law_of(_i, L);
  OK(icl_test_law_moments(law, A, B, NULL));
  for (double lambda = 0.0; lambda < 2.0; lambda += 0.7) {
    OK(icl_test_law_optimal_gamma(law, lambda, gamma));
    for (int i = 0; i < D; i++) {
      for (int a = 0; a < WIDTH; a++) {
        double product = lambda * gamma[i * WIDTH + a];
        for (int b = 0; b < WIDTH; b++) product += gamma[i * WIDTH + b] * B[b * WIDTH + a];
        NEAR(product, A[i * WIDTH + a], 1e-13);
      }
    }
  }
  OK(icl_test_law_optimal_gamma(law, 0.0, gamma));
  OK(icl_test_error(law, gamma, &least));
  for (int trial = 0; trial < 20; trial++) {
    for (int i = 0; i < SIZE; i++) other[i] = gamma[i] + 0.01 * pseudo((uint64_t)(1000 * trial + i));
    OK(icl_test_error(law, other, &error));
    ck_assert(error > least);
  }
  icl_test_law_destroy(law);
}
END_TEST

/* One task that is zero, no noise: B = 0 and the limit lambda -> 0+ of A (B + lambda)^-1 is 0. One task in d = 1
 * without noise: B has rank 1 as h = [w; w^2] X/l, and the limit is A B^+. */
START_TEST(optimal_gamma_of_a_singular_law) {
  double zero[D] = {0}, gamma[SIZE], w = 1.7, answer[2], limit[2];
  icl_task_pool *pool;
  icl_test_law *law;
  OK(icl_task_pool_create_from(D, 1, zero, &pool));
  OK(icl_test_law_create_pool(pool, L, 0.0, &law));
  OK(icl_test_law_optimal_gamma(law, 0.0, gamma));
  for (int i = 0; i < SIZE; i++) ck_assert(gamma[i] == 0.0);
  icl_task_pool_destroy(pool);
  icl_test_law_destroy(law);
  OK(icl_task_pool_create_from(1, 1, &w, &pool));
  OK(icl_test_law_create_pool(pool, L, 0.0, &law));
  OK(icl_test_law_optimal_gamma(law, 0.0, answer));
  OK(icl_test_law_optimal_gamma(law, 1e-9, limit));
  for (int i = 0; i < 2; i++) CLOSE(answer[i], limit[i], 1e-8);
  double length = 1.0 + w * w, factor = (1.0 + 2.0 / L) * length; /* A = w^2 [1, w]/|..|: by hand */
  CLOSE(answer[0], 1.0 / factor, 1e-12);
  CLOSE(answer[1], w / factor, 1e-12);
  icl_task_pool_destroy(pool);
  icl_test_law_destroy(law);
}
END_TEST

/* Fewer tasks than dimensions and long contexts: B is of rank k but for 1/l of it, which still decides, for lambda = 0,
 * how Gamma acts on fresh tasks. So l times the error on tasks of the pool and the error on fresh ones converge like
 * 1/l, without a break where 1/l is lost beside 1. Labels in other units have the error in their square. */
START_TEST(optimal_gamma_of_long_contexts) {
  static const int64_t lengths[] = {INT64_C(10000000000), INT64_C(10000000000000), INT64_C(1000000000000000000)};
  static const int exponents[] = {0, -200, -60, -20, 20, 40, 60, 200};
  for (int64_t k = 2; k <= D; k++) {
    double tasks[D * D], gamma[SIZE], error, seen = 0.0, fresh = 0.0;
    for (int which = 0; which < 24; which++) {
      int exponent = exponents[which % 8];
      int64_t l = lengths[which / 8];
      fill_pseudo(k * D, tasks, 4);
      for (int i = 0; i < k * D; i++) tasks[i] = ldexp(tasks[i], exponent);
      icl_task_pool *pool;
      icl_test_law *law, *other;
      OK(icl_task_pool_create_from(D, k, tasks, &pool));
      OK(icl_test_law_create_pool(pool, l, 0.0, &law));
      OK(icl_test_law_optimal_gamma(law, 0.0, gamma));
      OK(icl_test_error(law, gamma, &error));
      error *= (double)l;
      if (!which) seen = error;
      CLOSE(ldexp(error, -2 * exponent), seen, 1e-8); /* tens of 1/l and, in the square of the error, eps sqrt(l) */
      if (!exponent) {
        OK(icl_test_law_create_fresh(D, l, 0.0, ICL_TASKS_GAUSSIAN, &other));
        OK(icl_test_error(other, gamma, &error));
        if (!which) fresh = error;
        CLOSE(error, fresh, 1e-5); /* eps sqrt(l) = 2e-7, by the condition of the tasks */
        icl_test_law_destroy(other);
      }
      icl_task_pool_destroy(pool);
      icl_test_law_destroy(law);
    }
  }
}
END_TEST

/* C = diag(1, ..., 1, s) with very long contexts: B is C (1 + 1/l) + tr C/l, whose smallest eigenvalue is a genuine
 * 1e-12 of the largest, with tr C/l far below it, and Gamma there is nearly 1. Eigenvalues are good to eps |B|. */
START_TEST(optimal_gamma_of_small_eigenvalues) {
  static const double small[] = {1e-6, 1e-9, 1e-12};
  for (int which = 0; which < 3; which++) {
    double covariance[D * D] = {0}, gamma[SIZE];
    int64_t l = INT64_C(1000000000000000000);
    icl_test_law *law;
    for (int i = 0; i < D; i++) covariance[i * WIDTH] = i == D - 1 ? small[which] : 1.0;
    OK(icl_test_law_create_gaussian(D, l, 0.0, covariance, &law));
    OK(icl_test_law_optimal_gamma(law, 0.0, gamma));
    for (int i = 0; i < D; i++) NEAR(gamma[i * (WIDTH + 1)], 1.0, i == D - 1 ? 10 * 2.3e-16 / small[which] : 1e-14);
    OK(icl_test_law_optimal_gamma(law, small[which], gamma));
    NEAR(gamma[SIZE - 2], 0.5, 10 * 2.3e-16 / small[which]);
    icl_test_law_destroy(law);
  }
}
END_TEST

/* Symmetric to 1e-12 of the largest entry is symmetric. */
START_TEST(asymmetry) {
  double covariance[D * D], scale = 0.0;
  icl_test_law *law = NULL;
  covariance_of(covariance);
  for (int i = 0; i < D * D; i++) scale = fmax(scale, fabs(covariance[i]));
  covariance[1] += 1e-9 * scale;
  FAILS(ICL_ERR_DOMAIN, "symmetric", icl_test_law_create_gaussian(D, L, rho, covariance, &law));
  ck_assert_ptr_null(law);
  covariance_of(covariance);
  covariance[1] += 1e-14 * scale;
  OK(icl_test_law_create_gaussian(D, L, rho, covariance, &law));
  icl_test_law_destroy(law);
}
END_TEST

/* Four tasks times 2^exponent, and the noise that belongs to them. */
static icl_test_law *law_in_units(int exponent) {
  double tasks[4 * D];
  icl_task_pool *pool;
  icl_test_law *law;
  fill_pseudo(4 * D, tasks, 17);
  for (int i = 0; i < 4 * D; i++) tasks[i] = ldexp(tasks[i], exponent);
  OK(icl_task_pool_create_from(D, 4, tasks, &pool));
  OK(icl_test_law_create_pool(pool, L, ldexp(0.1, 2 * exponent), &law));
  icl_task_pool_destroy(pool);
  return law;
}

/* Labels in other units: tasks times S and rho times S^2 make h times S in its first d entries and times S^2 in its
 * last, so Gamma is to be divided by 1 and S there, and the error is S^2 times as large, for S a power of two to
 * rounding. Where E c^2 underflows, B cannot be solved with. */
START_TEST(optimal_gamma_in_any_units) {
  double gamma[SIZE], error, expected = 0.0;
  for (int exponent = 0; exponent <= 250; exponent += exponent < 60 ? 20 : 190) {
    for (int sign = -1; sign <= 1; sign += 2) {
      icl_test_law *law = law_in_units(sign * exponent);
      OK(icl_test_law_optimal_gamma(law, 0.0, gamma));
      OK(icl_test_error(law, gamma, &error));
      if (exponent == 0) expected = error;
      CLOSE(ldexp(error, -2 * sign * exponent), expected, 1e-12);
      icl_test_law_destroy(law);
    }
  }
  icl_test_law *small = law_in_units(-300);
  for (int i = 0; i < SIZE; i++) gamma[i] = -7.0;
  FAILS(ICL_ERR_NONFINITE, "underflow", icl_test_law_optimal_gamma(small, 0.0, gamma));
  FAILS(ICL_ERR_NONFINITE, "underflow", icl_test_law_optimal_gamma(small, 1.0, gamma));
  icl_test_law_destroy(small);
  double covariance[D * D] = {4.9e-324}; /* labels of 1e-162: in doubles E c is 0 as well, though no label is */
  OK(icl_test_law_create_gaussian(D, L, 0.0, covariance, &small));
  FAILS(ICL_ERR_NONFINITE, "underflow", icl_test_law_optimal_gamma(small, 0.0, gamma));
  for (int i = 0; i < SIZE; i++) ck_assert(gamma[i] == -7.0);
  icl_test_law_destroy(small);
}
END_TEST

/* Fresh tasks are those of the covariance 1, by another way: there B is known to be diagonal. */
START_TEST(optimal_gamma_of_fresh_tasks) {
  double covariance[D * D] = {0}, gamma[SIZE], same[SIZE];
  for (int i = 0; i < D; i++) covariance[i * WIDTH] = 1.0;
  for (int which = 0; which < 9; which++) {
    int64_t l = which % 3 == 0 ? 1 : which % 3 == 1 ? L : INT64_C(1000000000000000000);
    double lambda = which / 3 ? pow(10.0, which / 3 * 4 - 6) : 0.0;
    icl_test_law *fresh, *given;
    OK(icl_test_law_create_fresh(D, l, 0.1, ICL_TASKS_GAUSSIAN, &fresh));
    OK(icl_test_law_create_gaussian(D, l, 0.1, covariance, &given));
    OK(icl_test_law_optimal_gamma(fresh, lambda, gamma));
    OK(icl_test_law_optimal_gamma(given, lambda, same));
    for (int i = 0; i < SIZE; i++) NEAR(gamma[i], same[i], 1e-14);
    icl_test_law_destroy(fresh);
    icl_test_law_destroy(given);
  }
}
END_TEST

/* A ridge far above B, whose entries are S^2 to S^4: Gamma is A/lambda, each entry of it, whatever S. */
START_TEST(optimal_gamma_of_a_heavy_ridge) {
  double A[SIZE], gamma[SIZE];
  for (int exponent = -200; exponent <= 200; exponent += 40) {
    double lambda = ldexp(1.0, 80 + (exponent > 0 ? 4 * exponent : 2 * exponent));
    icl_test_law *law = law_in_units(exponent);
    OK(icl_test_law_moments(law, A, NULL, NULL));
    OK(icl_test_law_optimal_gamma(law, lambda, gamma));
    for (int i = 0; i < SIZE; i++) NEAR(gamma[i] * lambda / A[i], 1.0, 1e-12);
    icl_test_law_destroy(law);
  }
}
END_TEST

/* One task with noise: B is regular, so Gamma is w [0, 1]/((1 + 2/l) c). Without noise, or with the task twice, it has
 * rank d. Between the two rounding decides, and there is no answer: below 1e5 eps in the root. */
START_TEST(optimal_gamma_of_a_trace_of_noise) {
  static const int64_t lengths[] = {1, 1000, INT64_C(1000000000000)};
  double tasks[2 * D], gamma[SIZE];
  int answers = 0;
  fill_pseudo(D, tasks, 3);
  memcpy(&tasks[D], tasks, D * sizeof *tasks);
  double square = 0.0;
  for (int i = 0; i < D; i++) square += tasks[i] * tasks[i];
  for (int which = 0; which < 3 * 20; which++) {
    int64_t l = lengths[which % 3];
    double noise = pow(10.0, -2.0 * (which / 3)), c = square / D + noise, length = (double)l;
    icl_task_pool *pool;
    icl_test_law *law;
    icl_finite_theory *theory = NULL;
    OK(icl_task_pool_create_from(D, 1 + which / 3 % 2, tasks, &pool));
    OK(icl_test_law_create_pool(pool, l, noise, &law));
    icl_status status = icl_test_law_optimal_gamma(law, 0.0, gamma);
    if (noise > 1e-18 * length) OK(status);
    if (noise < 1e-23 * length) FAILS(ICL_ERR_NOT_CONVERGED, "trace of noise", status);
    for (int i = 0; !status && i < SIZE; i++) {
      double factor = i % WIDTH == D ? 1.0 / (1.0 + 2.0 / length) / c : 0.0;
      NEAR(gamma[i], tasks[i / WIDTH] * factor, 1e-4 * (square / c)); /* some 10 eps/(1e5 eps) */
    }
    ck_assert_int_eq(icl_finite_theory_create(pool, l, 10, noise, 0.0, ICL_FINITE_POOL, &theory), status);
    answers += !status;
    icl_finite_theory_destroy(theory);
    icl_test_law_destroy(law);
    OK(icl_test_law_create_pool(pool, l, 0.0, &law));
    OK(icl_test_law_optimal_gamma(law, 0.0, gamma));
    OK(icl_test_law_optimal_gamma(law, 0.1, gamma));
    icl_test_law_destroy(law);
    double limit[SIZE]; /* with a ridge there is one for rho to 0 */
    OK(icl_test_law_create_pool(pool, l, noise, &law));
    OK(icl_test_law_optimal_gamma(law, 0.1, limit));
    for (int i = 0; noise < 1e-12 && i < SIZE; i++) NEAR(limit[i], gamma[i], 1e-10);
    icl_test_law_destroy(law);
    icl_task_pool_destroy(pool);
  }
  ck_assert(answers > 15 && answers < 45);
}
END_TEST

/* The errors of one Gamma so: the exact one to rounding; the sampled one and its standard error to the bit, also where
 * rho c and squares of squared errors are no normal numbers. */
START_TEST(errors_in_any_units) {
  static const int exponents[] = {0, -100, -300, -450, 200};
  double gamma[SIZE], exact, mean, error, first[3] = {0};
  for (int which = 0; which < 5; which++) {
    int exponent = exponents[which];
    icl_test_law *law = law_in_units(exponent);
    some_gamma(gamma);
    for (int i = 0; i < D; i++) gamma[i * WIDTH + D] = ldexp(gamma[i * WIDTH + D], -exponent);
    OK(icl_test_error(law, gamma, &exact));
    OK(icl_test_error_sampled(law, gamma, 10000, 1, NULL, &mean, &error));
    if (!which) memcpy(first, (double[]){exact, mean, error}, sizeof first);
    CLOSE(ldexp(exact, -2 * exponent), first[0], 1e-12);
    ck_assert(ldexp(mean, -2 * exponent) == first[1] && ldexp(error, -2 * exponent) == first[2]);
    NEAR(mean, exact, 4.0 * error); /* P = 6.3e-5, for all units together */
    icl_test_law_destroy(law);
  }
}
END_TEST

/* The same for a covariance, of which E c^2 is of fourth power in the units of labels. */
START_TEST(covariance_in_any_units) {
  static const int exponents[] = {0, -130, -300, -450, 200};
  double covariance[D * D], gamma[SIZE], error, expected = 0.0;
  for (int which = 0; which < 5; which++) {
    int exponent = exponents[which];
    icl_test_law *law;
    covariance_of(covariance);
    some_gamma(gamma);
    for (int i = 0; i < D * D; i++) covariance[i] = ldexp(covariance[i], 2 * exponent);
    for (int i = 0; i < D; i++) gamma[i * WIDTH + D] = ldexp(gamma[i * WIDTH + D], -exponent);
    OK(icl_test_law_create_gaussian(D, L, ldexp(rho, 2 * exponent), covariance, &law));
    OK(icl_test_error(law, gamma, &error));
    if (!which) expected = error;
    CLOSE(ldexp(error, -2 * exponent), expected, 1e-12);
    icl_test_law_destroy(law);
  }
}
END_TEST

/* A structured law of covariance I is the isotropic one, and a singular covariance is one. */
START_TEST(covariances) {
  double identity[D * D] = {0}, gamma[SIZE], one, other;
  icl_test_law *structured, *fresh = law_of(FRESH, L);
  some_gamma(gamma);
  for (int i = 0; i < D; i++) identity[i * WIDTH] = 1.0;
  OK(icl_test_law_create_gaussian(D, L, rho, identity, &structured));
  OK(icl_test_error(structured, gamma, &one));
  OK(icl_test_error(fresh, gamma, &other));
  CLOSE(one, other, 1e-14);
  icl_test_law_destroy(structured);
  icl_test_law_destroy(fresh);
  memset(identity, 0, sizeof identity);
  identity[0] = 4.0; /* rank one */
  OK(icl_test_law_create_gaussian(D, L, rho, identity, &structured));
  double mean, error;
  OK(icl_test_error(structured, gamma, &one));
  OK(icl_test_error_sampled(structured, gamma, 200000, 3, NULL, &mean, &error));
  NEAR(one, mean, 4 * error); /* P = 6.3e-5 */
  icl_test_law_destroy(structured);
}
END_TEST

START_TEST(bad_input) {
  double gamma[SIZE], covariance[D * D], value = -7.0, sampled, huge[D];
  icl_test_law *law = law_of(FRESH, L), *untouched = NULL;
  icl_task_pool *pool;
  some_gamma(gamma);
  covariance_of(covariance);
  FAILS(ICL_ERR_DOMAIN, "d is 0", icl_test_law_create_fresh(0, L, rho, ICL_TASKS_GAUSSIAN, &untouched));
  FAILS(ICL_ERR_DOMAIN, "l is -2", icl_test_law_create_fresh(D, -2, rho, ICL_TASKS_GAUSSIAN, &untouched));
  FAILS(ICL_ERR_DOMAIN, "rho is", icl_test_law_create_fresh(D, L, -1.0, ICL_TASKS_GAUSSIAN, &untouched));
  FAILS(ICL_ERR_ARGUMENT, "distribution is 9", icl_test_law_create_fresh(D, L, rho, 9, &untouched));
  FAILS(ICL_ERR_ARGUMENT, "out", icl_test_law_create_fresh(D, L, rho, ICL_TASKS_GAUSSIAN, NULL));
  FAILS(ICL_ERR_ARGUMENT, "pool", icl_test_law_create_pool(NULL, L, rho, &untouched));
  covariance[1] += 0.1;
  FAILS(ICL_ERR_DOMAIN, "symmetric", icl_test_law_create_gaussian(D, L, rho, covariance, &untouched));
  covariance_of(covariance);
  covariance[0] -= 3.0;
  FAILS(ICL_ERR_DOMAIN, "eigenvalue", icl_test_law_create_gaussian(D, L, rho, covariance, &untouched));
  covariance[3] = NAN;
  FAILS(ICL_ERR_NONFINITE, "covariance[3]", icl_test_law_create_gaussian(D, L, rho, covariance, &untouched));
  for (int i = 0; i < D; i++) huge[i] = 1e100; /* its square is finite, its fourth power is not */
  OK(icl_task_pool_create_from(D, 1, huge, &pool));
  FAILS(ICL_ERR_NONFINITE, "moments", icl_test_law_create_pool(pool, L, rho, &untouched));
  icl_task_pool_destroy(pool);
  ck_assert_ptr_null(untouched);
  FAILS(ICL_ERR_ARGUMENT, "law", icl_test_error(NULL, gamma, &value));
  FAILS(ICL_ERR_ARGUMENT, "gamma", icl_test_error(law, NULL, &value));
  FAILS(ICL_ERR_ARGUMENT, "error", icl_test_error(law, gamma, NULL));
  FAILS(ICL_ERR_DOMAIN, "count is 1", icl_test_error_sampled(law, gamma, 1, 1, NULL, &value, NULL));
  FAILS(ICL_ERR_DOMAIN, "lambda is -1", icl_test_law_optimal_gamma(law, -1.0, gamma));
  gamma[SIZE - 1] = 1e200;
  FAILS(ICL_ERR_NONFINITE, "overflow", icl_test_error(law, gamma, &value));
  FAILS(ICL_ERR_NONFINITE, "overflow", icl_test_error_sampled(law, gamma, 100, 1, NULL, &value, NULL));
  FAILS(ICL_ERR_NONFINITE, "overflow", icl_test_error_sampled(law, gamma, 100, 1, NULL, NULL, &value));
  gamma[SIZE - 1] = 1e100; /* squared errors of 1e200, whose deviations have squares that are no doubles */
  OK(icl_test_error_sampled(law, gamma, 100, 1, NULL, &sampled, NULL));
  ck_assert(sampled > 1e150 && sampled < INFINITY);
  OK(icl_test_error_sampled(law, gamma, 100, 1, NULL, NULL, &sampled));
  ck_assert(sampled > 1e150 && sampled < INFINITY);
  gamma[SIZE - 1] = INFINITY;
  FAILS(ICL_ERR_NONFINITE, "gamma[41]", icl_test_error(law, gamma, &value));
  ck_assert(value == -7.0);
  icl_test_law_destroy(NULL);
  icl_test_law_destroy(law);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("testerror");
  TCase *c = tcase_create("testerror");
  tcase_add_loop_test(c, exact_agrees_with_sampled, 0, 2 * LAWS);
  tcase_add_loop_test(c, exact_agrees_with_the_moments, 0, LAWS);
  tcase_add_test(c, moments_of_fresh_tasks);
  tcase_add_test(c, moments_of_a_pool);
  tcase_add_test(c, tiny_errors_keep_their_digits);
  tcase_add_test(c, one_dimension);
  tcase_add_loop_test(c, optimal_gamma, 0, LAWS);
  tcase_add_test(c, optimal_gamma_of_a_singular_law);
  tcase_add_test(c, never_below_the_noise);
  tcase_add_test(c, optimal_gamma_of_long_contexts);
  tcase_add_test(c, optimal_gamma_of_small_eigenvalues);
  tcase_add_test(c, asymmetry);
  tcase_add_test(c, optimal_gamma_in_any_units);
  tcase_add_test(c, optimal_gamma_of_fresh_tasks);
  tcase_add_test(c, optimal_gamma_of_a_heavy_ridge);
  tcase_add_test(c, optimal_gamma_of_a_trace_of_noise);
  tcase_add_test(c, errors_in_any_units);
  tcase_add_test(c, covariances);
  tcase_add_test(c, covariance_in_any_units);
  tcase_add_test(c, bad_input);
  suite_add_tcase(s, c);
  return s;
}

SUITE_MAIN(suite)
