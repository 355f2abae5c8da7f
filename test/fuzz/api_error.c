/* Test laws, their errors, baselines; and runs. */
#include "api.h"

static void law_fresh(input *from) {
  int64_t d = read_size(from, MOST_D), l = read_size(from, 12);
  double rho = read_number(from);
  int32_t distribution = read_code(from, 2);
  icl_test_law *made = nothing();
  slot *where = pick(from, LAW);
  icl_status status = CALL(icl_test_law_create_fresh, d, l, rho, distribution, &made);
  slot *law = keep(where, LAW, status, made);
  law->d = d;
  law->rho = rho;
}

/* Numbers as they come, symmetric ones, or a square A A'. */
static void make_covariance(int form, int64_t d, double *covariance) {
  double root[MOST_D * MOST_D];
  if (form % 3 == 0 || d > MOST_D) return;
  memcpy(root, covariance, (size_t)(d * d) * sizeof *root);
  for (int64_t i = 0; i < d; i++) {
    for (int64_t j = 0; j < d; j++) {
      double sum = 0.0;
      for (int64_t k = 0; k < d; k++) sum += root[i * d + k] * root[j * d + k];
      covariance[i * d + j] = form % 3 == 1 ? root[i * d + j] + root[j * d + i] : sum;
    }
  }
}

static void law_gaussian(input *from) {
  int64_t d = read_array_size(from, MOST_D), l = read_size(from, 12);
  double rho = read_number(from), *covariance = (double *)read_numbers(from, cells(d, d, 1));
  icl_test_law *made = nothing();
  slot *where = pick(from, LAW);
  if (covariance && d >= 1) make_covariance(take_byte(from), d, covariance);
  slot *law = keep(where, LAW, CALL(icl_test_law_create_gaussian, d, l, rho, covariance, &made), made);
  law->d = d;
  law->rho = rho;
}

static void law_pool(input *from) {
  const slot *pool = pick(from, POOL);
  int64_t l = read_size(from, 12);
  double rho = read_number(from);
  icl_test_law *made = nothing();
  slot *where = pick(from, LAW);
  slot *law = keep(where, LAW, CALL(icl_test_law_create_pool, pool->handle, l, rho, &made), made);
  law->d = pool->d;
  law->rho = rho;
}

static void law_read(input *from) {
  const slot *law = pick(from, LAW);
  int64_t d = law->handle ? law->d : 1;
  double *A = output(from, cells(d, d + 1, 1)), *B = output(from, cells(d + 1, d + 1, 1)), *c = output(from, 1);
  if (!CALL(icl_test_law_moments, law->handle, A, B, c)) EXPECT(!c || *c >= law->rho, "%.17g", *c);
}

/* A ridge regression has no larger error than Gamma = 0, which is c. */
static void law_optimum(input *from) {
  const slot *law = pick(from, LAW);
  int64_t d = law->handle ? law->d : 1;
  double lambda = read_number(from), *gamma = output(from, cells(d, d + 1, 1));
  if (CALL(icl_test_law_optimal_gamma, law->handle, lambda, gamma)) return;
  double c = 0.0, error = 0.0;
  OK(icl_test_law_moments(law->handle, NULL, NULL, &c));
  if (icl_test_error(law->handle, gamma, &error)) return;
  EXPECT(error <= c * (1.0 + 1e-9), "the best Gamma has %.17g, Gamma = 0 has %.17g", error, c);
}

static void test_error(input *from) {
  const slot *law = pick(from, LAW);
  int64_t d = law->handle ? law->d : 1;
  const double *gamma = read_numbers(from, cells(d, d + 1, 1));
  double *error = output(from, 1);
  if (CALL(icl_test_error, law->handle, gamma, error)) return;
  EXPECT(*error >= law->rho, "%.17g below %.17g", *error, law->rho);
}

static void check_mean(icl_status status, double least, const double *mean, const double *standard_error) {
  if (status) return;
  EXPECT(!mean || *mean >= least, "mean %.17g below %.17g", *mean, least);
  EXPECT(!standard_error || *standard_error >= 0.0, "standard error %g", *standard_error);
}

static void test_error_sampled(input *from) {
  const slot *law = pick(from, LAW), *run = pick(from, RUN);
  int64_t d = law->handle ? law->d : 1, count = read_size(from, 40);
  const double *gamma = read_numbers(from, cells(d, d + 1, 1));
  uint64_t seed = read_seed(from);
  double *mean = output(from, 1), *error = output(from, 1);
  if (count > 40 && !(run->handle && run->cancel_at)) return; /* for ever */
  icl_status status = CALL(icl_test_error_sampled, law->handle, gamma, count, seed, run->handle, mean, error);
  check_mean(status, 0.0, mean, error);
}

static void dmmse_error(input *from) {
  const slot *pool = pick(from, POOL), *law = pick(from, LAW), *run = pick(from, RUN);
  int64_t count = read_size(from, 24);
  uint64_t seed = read_seed(from);
  double *mean = output(from, 1), *error = output(from, 1);
  if (!spend(4)) return;
  icl_status status = CALL(icl_dmmse_error, pool->handle, law->handle, count, seed, run->handle, mean, error);
  check_mean(status, law->rho, mean, error);
}

static void bayes_ridge_error(input *from) {
  const slot *law = pick(from, LAW), *run = pick(from, RUN);
  int64_t count = read_size(from, 24);
  uint64_t seed = read_seed(from);
  double *mean = output(from, 1), *error = output(from, 1);
  if (!spend(4)) return;
  check_mean(CALL(icl_bayes_ridge_error, law->handle, count, seed, run->handle, mean, error), law->rho, mean, error);
}

static void run_create(input *from) {
  icl_run *made = nothing();
  slot *where = pick(from, RUN);
  icl_run **out = take_byte(from) % 16 == 15 ? NULL : &made;
  slot *run = keep(where, RUN, CALL(icl_run_create, out), made);
  if (run->handle && take_byte(from) % 4) {
    run->cancel_at = take_byte(from) % 16;
    OK(icl_run_set_progress(run->handle, on_progress, run));
  }
}

static void run_settings(input *from) {
  slot *run = pick(from, RUN);
  int byte = take_byte(from);
  if (byte % 2) {
    CALL(icl_run_set_threads, run->handle, byte < 250 ? byte / 2 % 4 : read_size(from, 1));
    return;
  }
  if (CALL(icl_run_set_progress, run->handle, byte & 2 ? on_progress : NULL, run)) return;
  run->cancel_at = byte & 2 ? byte / 4 % 16 : 0;
}

static void texts(input *from) {
  int32_t status = (int32_t)take(from, 4);
  EXPECT(*COUNTED(icl_status_string, status), "no text");
  EXPECT(*COUNTED(icl_status_string, -(take_byte(from) % 8)), "no text");
  EXPECT(COUNTED(icl_last_error_message), "no message");
  EXPECT(*COUNTED(icl_version_string) && COUNTED(icl_version_number) > 0, "no version");
}

static const operation list[] = {law_fresh, law_gaussian, law_pool, law_read, law_optimum, test_error,
                                 test_error_sampled, dmmse_error, bayes_ridge_error, run_create, run_settings, texts};
const operations error_operations = {sizeof list / sizeof *list, list};
