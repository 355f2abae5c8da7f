/* dMMSE and Bayes ridge: against raw tokens, integrals in one dimension, limits, closed forms, and each other. Where a
 * mean is compared with its expectation the bound is 4 standard errors (P = 6.3e-5 each); seeds are fixed. */
#include "support.h"

#include <sys/resource.h>

enum { D = 6, L = 9 };

static const double rho = 0.2;

static icl_task_pool *pool_from(int64_t d, int64_t k, const double *tasks) {
  icl_task_pool *pool;
  OK(icl_task_pool_create_from(d, k, tasks, &pool));
  return pool;
}

static icl_task_pool *gaussian_pool(int64_t d, int64_t k, uint64_t seed) {
  icl_task_pool *pool;
  OK(icl_task_pool_create(d, k, ICL_TASKS_GAUSSIAN, seed, &pool));
  return pool;
}

static icl_test_law *pool_law(const icl_task_pool *pool, int64_t l, double noise) {
  icl_test_law *law;
  OK(icl_test_law_create_pool(pool, l, noise, &law));
  return law;
}

static icl_test_law *fresh_law(int64_t d, int64_t l, double noise) {
  icl_test_law *law;
  OK(icl_test_law_create_fresh(d, l, noise, ICL_TASKS_GAUSSIAN, &law));
  return law;
}

/* --- The same errors from raw tokens, by the textbook formulas. --- */

static void normalise(int64_t k, double *weights, double *sums) {
  double least = INFINITY, total = 0.0;
  for (int64_t j = 0; j < k; j++) least = fmin(least, sums[j]);
  for (int64_t j = 0; j < k; j++) total += weights[j] = exp(-(sums[j] - least) / (2.0 * rho));
  for (int64_t j = 0; j < k; j++) weights[j] /= total;
}

static void posterior_mean(int64_t k, const double *tasks, int64_t l, const double *x, const double *y, double *what) {
  double sums[16] = {0}, weights[16];
  for (int64_t j = 0; j < k; j++) {
    for (int64_t i = 0; i < l; i++) {
      double residual = y[i];
      for (int a = 0; a < D; a++) residual -= x[i * D + a] * tasks[j * D + a];
      sums[j] += residual * residual;
    }
  }
  normalise(k, weights, sums);
  for (int a = 0; a < D; a++) what[a] = 0.0;
  for (int64_t j = 0; j < k; j++) {
    for (int a = 0; a < D; a++) what[a] += weights[j] * tasks[j * D + a];
  }
}

/* (X'X + rho I) what = X'y by elimination; the matrix is positive definite. */
static void ridge_estimate(int64_t l, const double *x, const double *y, double *what) {
  double A[D][D + 1] = {{0}};
  for (int a = 0; a < D; a++) {
    A[a][a] = rho;
    for (int64_t i = 0; i < l; i++) {
      for (int b = 0; b < D; b++) A[a][b] += x[i * D + a] * x[i * D + b];
      A[a][D] += x[i * D + a] * y[i];
    }
  }
  for (int a = 0; a < D; a++) {
    for (int row = a + 1; row < D; row++) {
      double factor = A[row][a] / A[a][a];
      for (int b = a; b <= D; b++) A[row][b] -= factor * A[a][b];
    }
  }
  for (int a = D - 1; a >= 0; a--) {
    what[a] = A[a][D];
    for (int b = a + 1; b < D; b++) what[a] -= A[a][b] * what[b];
    what[a] /= A[a][a];
  }
}

enum { TOKEN_CONTEXTS = 20000, KNOWN = 7 };

/* The squared error of the prediction for the query token: what the functions integrate over. */
static void token_errors(const icl_task_pool *source, const double *known, int64_t l, double *mean, double *error) {
  int64_t width = l + 1;
  double *x = doubles(TOKEN_CONTEXTS * width * D), *y = doubles(TOKEN_CONTEXTS * width), what[2][D];
  double square[2] = {0};
  mean[0] = mean[1] = 0.0;
  OK(icl_sequences_draw(source, l, TOKEN_CONTEXTS, rho, 5, NULL, x, y, NULL));
  for (int64_t row = 0; row < TOKEN_CONTEXTS; row++) {
    const double *tokens = &x[row * width * D], *labels = &y[row * width];
    posterior_mean(KNOWN, known, l, tokens, labels, what[0]);
    ridge_estimate(l, tokens, labels, what[1]);
    for (int which = 0; which < 2; which++) {
      double residual = labels[l];
      for (int a = 0; a < D; a++) residual -= tokens[l * D + a] * what[which][a];
      mean[which] += residual * residual / TOKEN_CONTEXTS;
      square[which] += residual * residual * residual * residual / TOKEN_CONTEXTS;
    }
  }
  for (int which = 0; which < 2; which++) {
    error[which] = sqrt((square[which] - mean[which] * mean[which]) / TOKEN_CONTEXTS);
  }
  free(x);
  free(y);
}

START_TEST(agrees_with_raw_tokens) {
  static const int64_t lengths[] = {1, 3, D, L};
  int64_t l = lengths[_i % 4];
  double known[KNOWN * D], mean[2], error[2], found[2], own[2];
  icl_task_pool *pool = gaussian_pool(D, KNOWN, 3), *source = pool;
  if (_i >= 4) OK(icl_task_pool_create_infinite(D, ICL_TASKS_GAUSSIAN, 9, &source));
  icl_test_law *law = pool_law(source, l, rho);
  OK(icl_task_pool_copy(pool, known));
  token_errors(source, known, l, mean, error);
  OK(icl_dmmse_error(pool, law, TOKEN_CONTEXTS, 8, NULL, &found[0], &own[0]));
  OK(icl_bayes_ridge_error(law, TOKEN_CONTEXTS, 8, NULL, &found[1], &own[1]));
  for (int which = 0; which < 2; which++) {
    NEAR(found[which], mean[which], 4.0 * hypot(error[which], own[which]));
    ck_assert(own[which] < 0.6 * error[which]); /* the query is integrated, and for Bayes ridge more */
  }
  icl_test_law_destroy(law);
  if (source != pool) icl_task_pool_destroy(source);
  icl_task_pool_destroy(pool);
}
END_TEST

/* --- One dimension: X'X = t is chi-squared with l degrees of freedom, and integrals over t and the noise replace
 * sampling. --- */

enum { STEPS = 4000 };

/* The integral of f over t ~ chi^2_l, t = u^2: the density of u is proportional to u^(l-1) exp(-u^2/2). Trapezoids, on
 * functions that are smooth and vanish with their derivatives at the far end; at u = 0 for l = 1 their even
 * continuation is smooth. */
static double over_chi_squared(int l, double (*f)(double t, const void *data), const void *data) {
  double sum = 0.0, mass = 0.0, limit = sqrt((double)l) + 12.0;
  for (int i = 0; i <= STEPS; i++) {
    double u = limit * i / STEPS, weight = pow(u, l - 1) * exp(-0.5 * u * u) * (i == 0 || i == STEPS ? 0.5 : 1.0);
    mass += weight;
    sum += weight * f(u * u, data);
  }
  return sum / mass;
}

static double posterior_variance(double t, const void *data) {
  double noise = *(const double *)data;
  return noise / (t + noise);
}

/* E v^2 for v = (sqrt(rho t) z - rho w)/(t + rho), w^2 = 4. */
static double fixed_task(double t, const void *data) {
  double noise = *(const double *)data;
  return noise * (t + 4.0 * noise) / ((t + noise) * (t + noise));
}

START_TEST(ridge_in_one_dimension) {
  static const double noises[] = {1e-3, 0.2, 5.0};
  double task = -2.0;
  for (int l = 1; l <= 7; l += 2) {
    for (int which = 0; which < 3; which++) {
      double noise = noises[which], mean, error;
      icl_task_pool *pool = pool_from(1, 1, &task);
      icl_test_law *fresh = fresh_law(1, l, noise), *single = pool_law(pool, l, noise);
      OK(icl_bayes_ridge_error(fresh, 20000, 1, NULL, &mean, &error));
      NEAR(mean, noise + over_chi_squared(l, posterior_variance, &noise), 4.0 * error + 1e-9);
      OK(icl_bayes_ridge_error(single, 20000, 2, NULL, &mean, &error));
      NEAR(mean, noise + over_chi_squared(l, fixed_task, &noise), 4.0 * error + 1e-9);
      icl_test_law_destroy(fresh);
      icl_test_law_destroy(single);
      icl_task_pool_destroy(pool);
    }
  }
}
END_TEST

/* d = 2, l = 1: one direction is seen, with t = |x|^2 = chi^2_2/2, and one is not. */
static double seen_of_two(double t, const void *data) { return posterior_variance(0.5 * t, data); }

START_TEST(ridge_of_one_token) {
  double mean, error;
  icl_test_law *law = fresh_law(2, 1, rho);
  OK(icl_bayes_ridge_error(law, 100000, 1, NULL, &mean, &error));
  NEAR(mean, rho + 0.5 * (1.0 + over_chi_squared(2, seen_of_two, &rho)), 4.0 * error + 1e-9);
  icl_test_law_destroy(law);
}
END_TEST

typedef struct {
  int k;
  const double *tasks, *prior;
  double truth, noise;
} posterior;

/* E (w - what)^2 over the noise z, given t: sums_j = t (w - w_j)^2 + 2 sqrt(t rho) z (w - w_j) + rho z^2. */
static double posterior_error(double t, const void *data) {
  const posterior *p = data;
  double sum = 0.0, mass = 0.0;
  for (int i = -400; i <= 400; i++) {
    double z = 0.02 * i, weight = exp(-0.5 * z * z), total = 0.0, shift = 0.0, lowest = INFINITY, energy[8];
    for (int j = 0; j < p->k; j++) {
      double residual = sqrt(t) * (p->truth - p->tasks[j]) + sqrt(p->noise) * z;
      energy[j] = residual * residual / (2.0 * p->noise);
      lowest = fmin(lowest, energy[j]);
    }
    for (int j = 0; j < p->k; j++) {
      double chance = p->prior[j] * exp(lowest - energy[j]);
      total += chance;
      shift += chance * (p->tasks[j] - p->truth);
    }
    mass += weight;
    sum += weight * (shift / total) * (shift / total);
  }
  return sum / mass;
}

/* Three tasks, one of them known twice: as if its prior were 1/2. */
START_TEST(dmmse_in_one_dimension) {
  static const double tasks[] = {-1.0, 0.5, 2.0, 0.5}, single[] = {-1.0, 0.5, 2.0}, prior[] = {0.25, 0.5, 0.25};
  static const double truths[] = {-1.0, 0.7}, noises[] = {0.05, 3.0};
  for (int which = 0; which < 8; which++) {
    posterior p = {3, single, prior, truths[which % 2], noises[which / 2 % 2]};
    int l = which < 4 ? 1 : 4;
    double mean, error;
    icl_task_pool *known = pool_from(1, 4, tasks), *truth = pool_from(1, 1, &p.truth);
    icl_test_law *law = pool_law(truth, l, p.noise);
    OK(icl_dmmse_error(known, law, 40000, 4, NULL, &mean, &error));
    /* 801 steps over the noise: trapezoids 0.02 wide, against features of width sqrt(rho/t) > 0.01. */
    NEAR(mean, p.noise + over_chi_squared(l, posterior_error, &p), 4.0 * error + 1e-4);
    ck_assert(error < 0.01);
    icl_test_law_destroy(law);
    icl_task_pool_destroy(known);
    icl_task_pool_destroy(truth);
  }
}
END_TEST

/* --- Bayes ridge at large dimension --- */

/* The limit d -> infinity and its first correction, (rho/(4 d)) (1/sqrt(a + rho) - 1/sqrt(b + rho))^2 with
 * a, b = (1 -+ sqrt(alpha))^2 the ends of the spectrum of X'X [doc/baselines.md, eq. B10]. The next is of order 1/d^2;
 * its coefficients were measured with 200,000 contexts at d = 10 and 20: -0.06, -0.18, 0.00. */
START_TEST(ridge_tends_to_the_theory) {
  static const double alphas[] = {0.5, 1.0, 3.0};
  double limit, root = sqrt(alphas[_i]);
  double edge = 1.0 / sqrt((1.0 - root) * (1.0 - root) + rho) - 1.0 / sqrt((1.0 + root) * (1.0 + root) + rho);
  icl_theory *theory;
  OK(icl_theory_create(1.0, alphas[_i], 1.0, rho, 0.1, &theory));
  OK(icl_theory_value(theory, ICL_QUANTITY_BAYES, &limit));
  for (int64_t d = 60; d >= 20; d -= 20) {
    double mean, error, correction = 0.25 * rho * edge * edge / (double)d;
    icl_test_law *law = fresh_law(d, (int64_t)(alphas[_i] * (double)d), rho);
    OK(icl_bayes_ridge_error(law, 100000 / d, 6, NULL, &mean, &error));
    NEAR(mean, limit + correction, 4.0 * error + 0.25 / (double)(d * d));
    ck_assert(4.0 * error < correction); /* it is seen */
    icl_test_law_destroy(law);
  }
  icl_theory_destroy(theory);
}
END_TEST

/* Covariance I by the general formula is the isotropic one, and so is the sphere, from the same tokens. */
START_TEST(ridge_of_isotropic_laws) {
  static const int64_t lengths[] = {1, 3, D, 40};
  static const double noises[] = {0.0, 1e-12, 0.2, 1e8};
  for (int which = 0; which < 16; which++) {
    int64_t l = lengths[which % 4];
    double noise = noises[which / 4], identity[D * D] = {0}, mean, other, error;
    icl_test_law *structured, *sphere, *law = fresh_law(D, l, noise);
    for (int i = 0; i < D; i++) identity[i * (D + 1)] = 1.0;
    OK(icl_test_law_create_gaussian(D, l, noise, identity, &structured));
    OK(icl_test_law_create_fresh(D, l, noise, ICL_TASKS_SPHERE, &sphere));
    OK(icl_bayes_ridge_error(law, 200, 6, NULL, &mean, &error));
    OK(icl_bayes_ridge_error(structured, 200, 6, NULL, &other, NULL));
    CLOSE(other - noise, mean - noise, 1e-12 + 1e-15 * noise);
    OK(icl_bayes_ridge_error(sphere, 200, 6, NULL, &other, NULL));
    ck_assert(other == mean);
    icl_test_law_destroy(law);
    icl_test_law_destroy(structured);
    icl_test_law_destroy(sphere);
  }
}
END_TEST

/* Without noise l < d tokens leave d - l directions of w open, all of which are equally likely: the error is
 * (1 - l/d) E|w|^2/d, for isotropic tasks in every single context. rho = 1e-200 cannot be told from it, nor tasks in
 * other units. */
START_TEST(ridge_without_noise) {
  double mean, error, scaled, tasks[4 * D], square = 0.0;
  for (int64_t l = 1; l <= D + 1; l++) {
    icl_test_law *law = fresh_law(D, l, 0.0), *nearly = fresh_law(D, l, 1e-200);
    OK(icl_bayes_ridge_error(law, 100, 6, NULL, &mean, &error));
    NEAR(mean, l < D ? 1.0 - (double)l / D : 0.0, l < D ? 1e-13 : 0.0);
    ck_assert(error < 1e-13);
    OK(icl_bayes_ridge_error(nearly, 100, 6, NULL, &scaled, NULL));
    NEAR(scaled, mean, 1e-13);
    icl_test_law_destroy(law);
    icl_test_law_destroy(nearly);
  }
  fill_pseudo(4 * D, tasks, 1);
  for (int i = 0; i < 4 * D; i++) square += tasks[i] * tasks[i] / 4;
  icl_task_pool *pool = pool_from(D, 4, tasks);
  for (int i = 0; i < 4 * D; i++) tasks[i] *= 0x1p-40;
  icl_task_pool *small = pool_from(D, 4, tasks);
  icl_test_law *law = pool_law(pool, 4, 0.0), *tiny = pool_law(small, 4, 0.0);
  OK(icl_bayes_ridge_error(law, 20000, 6, NULL, &mean, &error));
  OK(icl_bayes_ridge_error(tiny, 20000, 6, NULL, &scaled, NULL));
  NEAR(mean, (1.0 - 4.0 / D) * square / D, 4.0 * error);
  CLOSE(scaled * 0x1p80, mean, 1e-12);
  icl_test_law_destroy(law);
  icl_test_law_destroy(tiny);
  icl_task_pool_destroy(pool);
  icl_task_pool_destroy(small);
}
END_TEST

/* Tokens of a context as long as the dimension: X'X has small singular values and the error, about rho tr (X'X)^-1/d,
 * is made of them. It scales with rho until rho is below their squares, with digits that the normal equations would
 * lose; F'F has condition numbers of 1e4 to 1e8 here. */
START_TEST(ridge_of_hardly_determined_tasks) {
  double mean, smaller;
  icl_test_law *law = fresh_law(40, 40, 1e-20), *less = fresh_law(40, 40, 1e-24);
  OK(icl_bayes_ridge_error(law, 100, 6, NULL, &mean, NULL));
  OK(icl_bayes_ridge_error(less, 100, 6, NULL, &smaller, NULL));
  CLOSE(smaller * 1e4, mean, 1e-8); /* rho over the least squared singular value, 1e-20/1e-10 and better */
  icl_test_law_destroy(law);
  icl_test_law_destroy(less);
}
END_TEST

/* --- dMMSE in its limits --- */

START_TEST(one_known_task) {
  double known[D], truth[D], mean, error, square = 0.0, norm = 0.0;
  fill_pseudo(D, known, 1);
  fill_pseudo(D, truth, 100);
  for (int i = 0; i < D; i++) square += (known[i] - truth[i]) * (known[i] - truth[i]) / D;
  for (int i = 0; i < D; i++) norm += known[i] * known[i] / D;
  icl_task_pool *one = pool_from(D, 1, known), *other = pool_from(D, 1, truth);
  for (int64_t l = 1; l < 20; l += 6) {
    icl_test_law *own = pool_law(one, l, rho), *foreign = pool_law(other, l, rho), *fresh = fresh_law(D, l, rho);
    OK(icl_dmmse_error(one, own, 50, 1, NULL, &mean, &error));
    ck_assert(mean == rho && error == 0.0);
    OK(icl_dmmse_error(one, foreign, 50, 1, NULL, &mean, &error));
    CLOSE(mean, rho + square, 1e-14);
    ck_assert(error < 1e-15);
    OK(icl_dmmse_error(one, fresh, 20000, 1, NULL, &mean, &error));
    NEAR(mean, rho + 1.0 + norm, 4.0 * error);
    icl_test_law_destroy(own);
    icl_test_law_destroy(foreign);
    icl_test_law_destroy(fresh);
  }
  icl_task_pool_destroy(one);
  icl_task_pool_destroy(other);
}
END_TEST

enum { MANY = 40 };

static double squared_distance(const double *a, const double *b) {
  double sum = 0.0;
  for (int i = 0; i < D; i++) sum += (a[i] - b[i]) * (a[i] - b[i]) / D;
  return sum;
}

/* With contexts of 10^12 tokens X'X is l/d times the identity to 1e-6 and the noise is 1e-6 of the signal: dMMSE takes
 * the nearest task of its pool. With a noise of 10^12 it takes their mean, whatever it sees. */
START_TEST(limits_of_the_posterior) {
  double a[MANY * D], b[MANY * D], centre[D] = {0}, mean, error, nearest = 0.0, central = 0.0;
  icl_task_pool *known = gaussian_pool(D, MANY, 1), *truths = gaussian_pool(D, MANY, 2);
  OK(icl_task_pool_copy(known, a));
  OK(icl_task_pool_copy(truths, b));
  for (int j = 0; j < MANY * D; j++) centre[j % D] += a[j] / MANY;
  for (int t = 0; t < MANY; t++) {
    double least = INFINITY;
    for (int j = 0; j < MANY; j++) least = fmin(least, squared_distance(&a[j * D], &b[t * D]));
    nearest += least / MANY;
    central += squared_distance(centre, &b[t * D]) / MANY;
  }
  icl_test_law *exact = pool_law(truths, INT64_C(1000000000000), rho), *blind = pool_law(truths, 3, 1e12);
  icl_test_law *own = pool_law(known, INT64_C(1000000000000), rho);
  OK(icl_dmmse_error(known, exact, 40000, 3, NULL, &mean, &error));
  NEAR(mean, rho + nearest, 4.0 * error);
  OK(icl_dmmse_error(known, blind, 40000, 3, NULL, &mean, &error));
  NEAR(mean - 1e12, central, 4.0 * error + 1e-4 + 1e-5); /* one unit of rounding of the mean; |w|^2/sqrt(rho) */
  OK(icl_dmmse_error(known, own, 40000, 3, NULL, &mean, &error));
  ck_assert(mean == rho && error == 0.0);
  icl_test_law_destroy(exact);
  icl_test_law_destroy(blind);
  icl_test_law_destroy(own);
  icl_task_pool_destroy(known);
  icl_task_pool_destroy(truths);
}
END_TEST

/* --- Against the other predictors --- */

/* On the tasks it knows dMMSE is the conditional mean, and nothing that sees the context does better: neither the best
 * Gamma nor Bayes ridge. On fresh Gaussian tasks Bayes ridge is, and dMMSE does worse. */
START_TEST(each_is_optimal_for_its_prior) {
  for (int which = 0; which < 6; which++) {
    int64_t l = which % 3 == 0 ? 2 : which % 3 == 1 ? 6 : 20, k = which < 3 ? 4 : 30;
    double gamma[D * (D + 1)], best, mean, error, ridge, ridge_error;
    icl_task_pool *pool = gaussian_pool(D, k, 4);
    icl_test_law *own = pool_law(pool, l, rho), *fresh = fresh_law(D, l, rho);
    OK(icl_dmmse_error(pool, own, 5000, 5, NULL, &mean, &error));
    OK(icl_test_law_optimal_gamma(own, 0.0, gamma));
    OK(icl_test_error(own, gamma, &best));
    OK(icl_bayes_ridge_error(own, 5000, 5, NULL, &ridge, &ridge_error));
    ck_assert_msg(mean < best - 4.0 * error, "%g, best Gamma %g", mean, best);
    ck_assert_msg(mean < ridge - 4.0 * hypot(error, ridge_error), "%g, Bayes ridge %g", mean, ridge);
    OK(icl_bayes_ridge_error(fresh, 5000, 5, NULL, &ridge, &ridge_error));
    OK(icl_dmmse_error(pool, fresh, 5000, 5, NULL, &mean, &error));
    OK(icl_test_law_optimal_gamma(fresh, 0.0, gamma));
    OK(icl_test_error(fresh, gamma, &best));
    ck_assert_msg(ridge < best - 4.0 * ridge_error, "%g, best Gamma %g", ridge, best);
    ck_assert_msg(ridge < mean - 4.0 * hypot(error, ridge_error), "%g, dMMSE %g", ridge, mean);
    icl_test_law_destroy(own);
    icl_test_law_destroy(fresh);
    icl_task_pool_destroy(pool);
  }
}
END_TEST

/* A pool of very many Gaussian tasks is as good as the Gaussian prior: in d = 2 with a posterior width of 0.3 or more
 * some 500 of 10,000 tasks share the weight, and the error of their mean adds 1/500 of the posterior variance. */
START_TEST(many_tasks_are_the_gaussian_prior) {
  double mean, error, ridge, ridge_error;
  icl_task_pool *pool = gaussian_pool(2, 10000, 4);
  icl_test_law *fresh = fresh_law(2, 4, rho);
  OK(icl_dmmse_error(pool, fresh, 10000, 5, NULL, &mean, &error));
  OK(icl_bayes_ridge_error(fresh, 10000, 5, NULL, &ridge, &ridge_error));
  NEAR(mean, ridge, 4.0 * hypot(error, ridge_error) + 0.01 * (ridge - rho));
  icl_test_law_destroy(fresh);
  icl_task_pool_destroy(pool);
}
END_TEST

/* --- rho = 0, ties, units --- */

/* Without noise one token tells the tasks of a pool apart. */
START_TEST(known_tasks_without_noise) {
  double mean, error;
  icl_task_pool *pool = gaussian_pool(D, 300, 6);
  for (int64_t l = 1; l <= 2 * D; l++) {
    icl_test_law *law = pool_law(pool, l, 0.0), *nearly = pool_law(pool, l, 1e-40);
    OK(icl_dmmse_error(pool, law, 500, 7, NULL, &mean, &error));
    ck_assert(mean == 0.0 && error == 0.0);
    OK(icl_dmmse_error(pool, nearly, 500, 7, NULL, &mean, &error));
    ck_assert(mean == 1e-40 && error == 0.0);
    icl_test_law_destroy(law);
    icl_test_law_destroy(nearly);
  }
  icl_task_pool_destroy(pool);
}
END_TEST

/* The task of the context lies midway between known ones, c + u and twice c - u: without noise all three fit equally
 * well, and the estimate is c - u/3. They lie in different blocks of tasks; the rest, c + 2 u, c + 3 u, ..., fit less
 * well whatever the tokens. All numbers are multiples of 2^-10, so that differences are exact; the fits themselves are
 * not, and agree to rounding only. */
START_TEST(ties_share_the_weight) {
  static const int64_t dimensions[] = {1, 7, 60};
  for (int which = 0; which < 3; which++) {
    int64_t d = dimensions[which], k = 401;
    double *tasks = doubles(k * d), *centre = doubles(d), mean, error, square = 0.0;
    for (int64_t i = 0; i < d; i++) {
      double shift = rint(pseudo((uint64_t)(999 + i)) * 0x1p10) * 0x1p-10 + 1.0;
      centre[i] = rint(pseudo((uint64_t)i) * 0x1p10) * 0x1p-10;
      for (int64_t j = 0; j < k; j++) tasks[j * d + i] = centre[i] + (double)(j + 1) * shift;
      tasks[150 * d + i] = tasks[400 * d + i] = centre[i] - shift;
      square += shift * shift / (double)d;
    }
    icl_task_pool *known = pool_from(d, k, tasks), *truth = pool_from(d, 1, centre);
    for (int64_t l = 1; l <= 2 * d; l += d) {
      icl_test_law *law = pool_law(truth, l, 0.0);
      OK(icl_dmmse_error(known, law, 300, 7, NULL, &mean, &error));
      CLOSE(mean, square / 9.0, 1e-13);
      ck_assert(error < 1e-13 * mean);
      icl_test_law_destroy(law);
    }
    icl_task_pool_destroy(known);
    icl_task_pool_destroy(truth);
    free(tasks);
    free(centre);
  }
}
END_TEST

/* Nearly equal fits are no ties: of c + u and c - (1 + 2^-30) u the first has all the weight. */
START_TEST(near_ties_do_not) {
  double tasks[2 * D], centre[D], mean, error, square = 0.0;
  for (int i = 0; i < D; i++) {
    double shift = rint(pseudo((uint64_t)(9 + i)) * 0x1p10) * 0x1p-10;
    centre[i] = rint(pseudo((uint64_t)i) * 0x1p10) * 0x1p-10;
    tasks[i] = centre[i] - (1.0 + 0x1p-30) * shift;
    tasks[D + i] = centre[i] + shift;
    square += shift * shift / D;
  }
  icl_task_pool *known = pool_from(D, 2, tasks), *truth = pool_from(D, 1, centre);
  for (int64_t l = 1; l <= 2 * D; l++) {
    icl_test_law *law = pool_law(truth, l, 0.0);
    OK(icl_dmmse_error(known, law, 300, 7, NULL, &mean, &error));
    CLOSE(mean, square, 1e-14);
    icl_test_law_destroy(law);
  }
  icl_task_pool_destroy(known);
  icl_task_pool_destroy(truth);
}
END_TEST

/* Fresh tasks without noise: the task that fits best wins, alone. For l >> d that is nearly the nearest one. */
START_TEST(fresh_tasks_without_noise) {
  double a[MANY * D], b[MANY * D], mean, error, nearest = 0.0;
  icl_task_pool *known = gaussian_pool(D, MANY, 1), *truths = gaussian_pool(D, MANY, 2);
  icl_test_law *law = pool_law(truths, INT64_C(1000000000000), 0.0), *fresh = fresh_law(D, 2, 0.0);
  icl_test_law *nearly = fresh_law(D, 2, 1e-26);
  OK(icl_task_pool_copy(known, a));
  OK(icl_task_pool_copy(truths, b));
  for (int t = 0; t < MANY; t++) {
    double least = INFINITY;
    for (int j = 0; j < MANY; j++) least = fmin(least, squared_distance(&a[j * D], &b[t * D]));
    nearest += least / MANY;
  }
  OK(icl_dmmse_error(known, law, 40000, 3, NULL, &mean, &error));
  NEAR(mean, nearest, 4.0 * error);
  /* Fits that differ by less than sqrt(rho) = 1e-13 would be told apart by no noise; 5,000 contexts with 40 tasks have
   * none such but with probability 1e-8 or so. */
  double other;
  OK(icl_dmmse_error(known, fresh, 5000, 3, NULL, &mean, &error));
  OK(icl_dmmse_error(known, nearly, 5000, 3, NULL, &other, NULL));
  NEAR(mean, other, 1e-12);
  icl_test_law_destroy(law);
  icl_test_law_destroy(fresh);
  icl_test_law_destroy(nearly);
  icl_task_pool_destroy(known);
  icl_task_pool_destroy(truths);
}
END_TEST

/* A pool in which every task is there twice is the same prior. */
START_TEST(duplicates_change_nothing) {
  double tasks[2 * MANY * D], mean, error, doubled, doubled_error;
  icl_task_pool *once = gaussian_pool(D, MANY, 1);
  OK(icl_task_pool_copy(once, tasks));
  memcpy(&tasks[MANY * D], tasks, MANY * D * sizeof *tasks);
  icl_task_pool *twice = pool_from(D, 2 * MANY, tasks);
  icl_test_law *law = fresh_law(D, 5, rho);
  OK(icl_dmmse_error(once, law, 1000, 1, NULL, &mean, &error));
  OK(icl_dmmse_error(twice, law, 1000, 1, NULL, &doubled, &doubled_error));
  CLOSE(doubled, mean, 1e-12);
  CLOSE(doubled_error, error, 1e-11);
  icl_test_law_destroy(law);
  icl_task_pool_destroy(once);
  icl_task_pool_destroy(twice);
}
END_TEST

/* Labels in other units: with tasks times S and rho times S^2 the weights are the same numbers, for S a power of two
 * to the bit; and so is the scatter, though squares of deviations underflow. */
START_TEST(any_units) {
  double tasks[MANY * D], mean = 0.0, error, first = 0.0, first_error = 0.0;
  for (int exponent = -400; exponent <= 200; exponent += 50) {
    double scale = ldexp(1.0, exponent);
    fill_pseudo(MANY * D, tasks, 1);
    for (int i = 0; i < MANY * D; i++) tasks[i] *= scale;
    icl_task_pool *known = pool_from(D, MANY / 2, tasks), *truths = pool_from(D, MANY, tasks);
    icl_test_law *law = pool_law(truths, 4, rho * scale * scale);
    OK(icl_dmmse_error(known, law, 500, 1, NULL, &mean, &error));
    if (exponent == -400) first = ldexp(mean, 800);
    if (exponent == -400) first_error = ldexp(error, 800);
    ck_assert(ldexp(mean, -2 * exponent) == first);
    ck_assert(ldexp(error, -2 * exponent) == first_error && error > 0.0);
    icl_test_law_destroy(law);
    icl_task_pool_destroy(known);
    icl_task_pool_destroy(truths);
  }
}
END_TEST

/* --- How it runs --- */

typedef struct {
  int64_t calls, last, total, stop_after;
} watch;

static int32_t watching(int64_t done, int64_t total, void *user) {
  watch *w = user;
  ck_assert(done >= w->last && done <= total);
  w->last = done;
  w->total = total;
  return ++w->calls == w->stop_after;
}

START_TEST(threads_change_no_bit) {
  double mean[2], error[2], again, again_error;
  icl_task_pool *pool = gaussian_pool(D, 300, 1);
  icl_test_law *law = fresh_law(D, 4, rho), *own = pool_law(pool, 40, rho);
  icl_run *run;
  watch w = {0};
  OK(icl_dmmse_error(pool, law, 1001, 1, NULL, &mean[0], &error[0]));
  OK(icl_bayes_ridge_error(own, 1001, 1, NULL, &mean[1], &error[1]));
  OK(icl_run_create(&run));
  OK(icl_run_set_progress(run, watching, &w));
  for (int64_t threads = 1; threads <= 5; threads++) {
    OK(icl_run_set_threads(run, threads));
    w = (watch){0};
    OK(icl_dmmse_error(pool, law, 1001, 1, run, &again, &again_error));
    ck_assert(again == mean[0] && again_error == error[0]);
    ck_assert(w.last == w.total && w.calls > 0);
    w = (watch){0};
    OK(icl_bayes_ridge_error(own, 1001, 1, run, &again, &again_error));
    ck_assert(again == mean[1] && again_error == error[1]);
    ck_assert(w.last == w.total && w.calls > 0);
  }
  OK(icl_dmmse_error(pool, law, 1001, 2, NULL, &again, NULL));
  ck_assert(again != mean[0]);
  icl_run_destroy(run);
  icl_test_law_destroy(law);
  icl_test_law_destroy(own);
  icl_task_pool_destroy(pool);
}
END_TEST

START_TEST(cancels) {
  double mean = -7.0, error = -7.0;
  icl_task_pool *pool = gaussian_pool(20, 300, 1);
  icl_test_law *law = pool_law(pool, 4, rho);
  icl_run *run;
  OK(icl_run_create(&run));
  for (int64_t threads = 1; threads <= 3; threads++) {
    watch w = {.stop_after = 2};
    OK(icl_run_set_threads(run, threads));
    OK(icl_run_set_progress(run, watching, &w));
    FAILS(ICL_ERR_CANCELED, "canceled", icl_dmmse_error(pool, law, 100000000, 1, run, &mean, &error));
    w = (watch){.stop_after = 2};
    FAILS(ICL_ERR_CANCELED, "canceled", icl_bayes_ridge_error(law, 100000000, 1, run, &mean, &error));
    ck_assert(mean == -7.0 && error == -7.0);
  }
  icl_run_destroy(run);
  icl_test_law_destroy(law);
  icl_task_pool_destroy(pool);
}
END_TEST

/* k = 10,000 at d = 20: beyond the pool (1.6 MB) 80 kB of weights and a block of tasks. Long contexts take no more. */
START_TEST(many_tasks_in_little_memory) {
  struct rusage before, after;
  double mean, error;
  icl_task_pool *pool = gaussian_pool(20, 10000, 1);
  icl_test_law *law = pool_law(pool, INT64_C(1000000000), rho);
  ck_assert_int_eq(getrusage(RUSAGE_SELF, &before), 0);
  OK(icl_dmmse_error(pool, law, 100, 1, NULL, &mean, &error));
  ck_assert_int_eq(getrusage(RUSAGE_SELF, &after), 0);
  ck_assert(mean == rho && error == 0.0);
  /* The BLAS may touch buffers of its own at its first product; a k x d copy for every context would be 160 MB. */
  ck_assert_msg(after.ru_maxrss - before.ru_maxrss < 32 << 10, "%ld kB", after.ru_maxrss - before.ru_maxrss);
  icl_test_law_destroy(law);
  icl_task_pool_destroy(pool);
}
END_TEST

START_TEST(bad_input) {
  double mean = -7.0, error = -7.0, huge[D];
  icl_task_pool *pool = gaussian_pool(D, 5, 1), *other = gaussian_pool(D + 1, 5, 1), *infinite;
  icl_test_law *law = fresh_law(D, L, rho);
  OK(icl_task_pool_create_infinite(D, ICL_TASKS_GAUSSIAN, 1, &infinite));
  FAILS(ICL_ERR_ARGUMENT, "pool", icl_dmmse_error(NULL, law, 10, 1, NULL, &mean, &error));
  FAILS(ICL_ERR_ARGUMENT, "law", icl_dmmse_error(pool, NULL, 10, 1, NULL, &mean, &error));
  FAILS(ICL_ERR_ARGUMENT, "law", icl_bayes_ridge_error(NULL, 10, 1, NULL, &mean, &error));
  FAILS(ICL_ERR_ARGUMENT, "dimension 7, law of 6", icl_dmmse_error(other, law, 10, 1, NULL, &mean, &error));
  FAILS(ICL_ERR_UNSUPPORTED, "infinite", icl_dmmse_error(infinite, law, 10, 1, NULL, &mean, &error));
  FAILS(ICL_ERR_DOMAIN, "count is 1", icl_dmmse_error(pool, law, 1, 1, NULL, &mean, &error));
  FAILS(ICL_ERR_DOMAIN, "count is 1", icl_bayes_ridge_error(law, 1, 1, NULL, &mean, &error));
  FAILS(ICL_ERR_DOMAIN, "count is -3", icl_bayes_ridge_error(law, -3, 1, NULL, &mean, &error));
  FAILS(ICL_ERR_SIZE, "", icl_bayes_ridge_error(law, INT64_MAX, 1, NULL, &mean, &error));
  for (int i = 0; i < D; i++) huge[i] = 5e153; /* |w|^2 is finite, its sum over a context is not */
  icl_task_pool *large = pool_from(D, 1, huge);
  icl_test_law *wide = fresh_law(D, 100, rho);
  FAILS(ICL_ERR_NONFINITE, "overflow", icl_dmmse_error(large, wide, 10, 1, NULL, &mean, &error));
  ck_assert(mean == -7.0 && error == -7.0);
  OK(icl_dmmse_error(pool, law, 10, 1, NULL, NULL, NULL));
  OK(icl_dmmse_error(pool, law, 10, 1, NULL, NULL, &error));
  OK(icl_bayes_ridge_error(law, 10, 1, NULL, &mean, NULL));
  ck_assert(mean > rho && error > 0.0);
  icl_test_law_destroy(law);
  icl_test_law_destroy(wide);
  icl_task_pool_destroy(pool);
  icl_task_pool_destroy(other);
  icl_task_pool_destroy(infinite);
  icl_task_pool_destroy(large);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("baseline");
  TCase *c = tcase_create("baseline");
  tcase_add_loop_test(c, agrees_with_raw_tokens, 0, 8);
  tcase_add_test(c, ridge_in_one_dimension);
  tcase_add_test(c, ridge_of_one_token);
  tcase_add_test(c, dmmse_in_one_dimension);
  tcase_add_loop_test(c, ridge_tends_to_the_theory, 0, 3);
  tcase_add_test(c, ridge_of_isotropic_laws);
  tcase_add_test(c, ridge_without_noise);
  tcase_add_test(c, ridge_of_hardly_determined_tasks);
  tcase_add_test(c, one_known_task);
  tcase_add_test(c, limits_of_the_posterior);
  tcase_add_test(c, each_is_optimal_for_its_prior);
  tcase_add_test(c, many_tasks_are_the_gaussian_prior);
  tcase_add_test(c, known_tasks_without_noise);
  tcase_add_test(c, ties_share_the_weight);
  tcase_add_test(c, near_ties_do_not);
  tcase_add_test(c, fresh_tasks_without_noise);
  tcase_add_test(c, duplicates_change_nothing);
  tcase_add_test(c, any_units);
  tcase_add_test(c, threads_change_no_bit);
  tcase_add_test(c, cancels);
  tcase_add_test(c, many_tasks_in_little_memory);
  tcase_add_test(c, bad_input);
  suite_add_tcase(s, c);
  return s;
}

SUITE_MAIN(suite)
