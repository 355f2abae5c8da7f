/* Features and rows that are weak beside others, where the residual does not see what is wrong with Gamma: right to the
 * digits that the data allow, or refused. */
#include "ridge_fit.h"

static const int32_t methods[] = {ICL_METHOD_PRIMAL, ICL_METHOD_DUAL, ICL_METHOD_AUTO, ICL_METHOD_CG};

static outcome fit_by(const problem *s, int32_t method, double lambda, double *gamma) {
  return fit(s->dataset, &(settings){method, lambda, 1e-8, 0, 1}, gamma);
}

/* y = F Gamma */
static void label(int64_t d, int64_t n, const double *query, const double *context, const double *gamma,
                  double *target) {
  for (int64_t mu = 0; mu < n; mu++) {
    target[mu] = 0.0;
    for (int64_t j = 0; j < d * (d + 1); j++) {
      target[mu] += gamma[j] * query[mu * d + j / (d + 1)] * context[mu * (d + 1) + j % (d + 1)];
    }
  }
}

/* y = q h_1, and h_2 = 5/4 h_1 + 2^-17 e in units 2^S. Both features of one norm, F has a condition of about 1e6, so
 * that its square is within the bound of Cholesky factors: their first Gamma_2 is off by 1e-4, which in small units is
 * most of Gamma. Refined, both entries are off by some eps 1e6; AUTO may believe conjugate gradients to 1e-4. */
START_TEST(one_context_twice_in_any_units) {
  static const int units[] = {0, -4, -10, -20, -30, 20, 40};
  const double query[] = {1, 1, 1, 1}, first[] = {1, 2, 3, 5}, apart[] = {0, -1, 1, 0};
  double context[8], gamma[2];
  for (int i = 0; i < 4; i++) {
    context[2 * i] = first[i];
    context[2 * i + 1] = ldexp(1.25 * first[i] + ldexp(apart[i], -17), units[_i]);
  }
  problem s = given_problem(1, 4, query, context, first);
  for (int i = 0; i < 3; i++) {
    outcome out = fit_by(&s, methods[i], 0.0, gamma);
    ck_assert_int_eq(out.status, ICL_OK);
    NEAR(gamma[0], 1.0, out.method == ICL_METHOD_CG ? 1e-4 : 1e-9);
    NEAR(ldexp(gamma[1], units[_i]), 0.0, out.method == ICL_METHOD_CG ? 1e-4 : 1e-9);
  }
  problem_free(&s);
}
END_TEST

/* One row of 1000 times the size in q and in h: a ridge of 1 % of d/(n^2 p) tr(Q'Q) tr(H'H), the mean eigenvalue were
 * q and h independent, is 1e-6 of what it is. */
START_TEST(a_ridge_beside_a_large_row) {
  enum { D = 2, N = 10000, P = 6, WIDTH = D + 1 };
  double *query = doubles(N * D), *context = doubles(N * WIDTH), *target = doubles(N);
  double gamma[P], expected[P], made[P], moments[2];
  for (uint64_t seed = 0; seed < 6; seed++) {
    fill_pseudo(N * D, query, 100000 * seed);
    fill_pseudo(N * WIDTH, context, 100000 * seed + 30000);
    fill_pseudo(P, made, 100000 * seed + 70000);
    for (int i = 0; i < D; i++) query[i] *= 1e3;
    for (int i = 0; i < WIDTH; i++) context[i] *= 1e3;
    label(D, N, query, context, made, target);
    for (int mu = 1; mu < N; mu++) target[mu] *= 1e-2; /* labels that their Gamma does not explain */
    moments[0] = moments[1] = 0.0;
    for (int i = 0; i < N * D; i++) moments[0] += query[i] * query[i] / N;
    for (int i = 0; i < N * WIDTH; i++) moments[1] += context[i] * context[i] / N;
    double lambda = 0.011 * D * moments[0] * moments[1] / P;
    problem s = given_problem(D, N, query, context, target);
    reference(&s, lambda, expected);
    ck_assert_int_eq(fit_by(&s, ICL_METHOD_AUTO, lambda, gamma).status, ICL_OK);
    ck_assert_double_lt(distance(P, gamma, expected), 1e-4 * norm(P, expected));
    outcome steps = fit_by(&s, ICL_METHOD_CG, lambda, gamma);
    ck_assert(steps.status || distance(P, gamma, expected) < 1e-4 * norm(P, expected));
    problem_free(&s);
  }
  free(query);
  free(context);
  free(target);
}
END_TEST

/* Feature `weak` of size 1e-4 in every row, though q_i and h_a are not: one of them is small in even rows, one in odd
 * ones. Each feature in turn, as the right-hand side that is to see it could be small at one. */
START_TEST(each_feature_may_be_weak) {
  enum { D = 4, N = 100, WIDTH = D + 1, P = D * WIDTH };
  double query[N * D], context[N * WIDTH], target[N], gamma[P], made[P];
  int weak = _i, refused = 0;
  for (uint64_t seed = 0; seed < 8; seed++) {
    fill_pseudo(N * D, query, 10000 * seed);
    fill_pseudo(N * WIDTH, context, 10000 * seed + 3000);
    fill_pseudo(P, made, 10000 * seed + 7000);
    made[weak] = 1.0;
    for (int mu = 0; mu < N; mu++) {
      if (mu % 2) context[mu * WIDTH + weak % WIDTH] *= 1e-4;
      else query[mu * D + weak / WIDTH] *= 1e-4;
    }
    label(D, N, query, context, made, target);
    problem s = given_problem(D, N, query, context, target);
    for (int i = 0; i < 4; i++) {
      outcome out = fit_by(&s, methods[i], 0.0, gamma);
      if (methods[i] == ICL_METHOD_CG) refused += out.status != ICL_OK;
      else ck_assert_int_eq(out.status, ICL_OK);
      if (!out.status) ck_assert_double_lt(distance(P, gamma, made), 1e-3 * norm(P, made));
    }
    problem_free(&s);
  }
  ck_assert_int_gt(refused, 0);
}
END_TEST

/* Rows of one size but for every other one, whose features underflow; its label asks for Gamma of 4e224 and more. Zeros
 * are no answer. */
START_TEST(features_that_underflow) {
  enum { D = 2, N = 8, WIDTH = D + 1, P = D * WIDTH };
  double query[N * D], context[N * WIDTH], target[N], gamma[P], made[P] = {1, 2, 3, 4, 5, 6};
  fill_pseudo(N * D, query, 1);
  fill_pseudo(N * WIDTH, context, 1000);
  for (int i = 0; i < N * D; i++) query[i] = i / D % 2 == i % D ? 1.0 + 0.5 * query[i] : 0.0;
  for (int i = 0; i < N * WIDTH; i++) context[i] = 1.0 + 0.5 * context[i];
  label(D, N, query, context, made, target);
  for (int mu = 1; mu < N; mu += 2) {
    for (int i = 0; i < D; i++) query[mu * D + i] *= 1e-163;
    for (int i = 0; i < WIDTH; i++) context[mu * WIDTH + i] *= 1e-163;
    target[mu] *= 1e-100;
  }
  problem s = given_problem(D, N, query, context, target);
  for (int i = 0; i < 4; i++) ck_assert_int_eq(fit_by(&s, methods[i], 0.0, gamma).status, ICL_ERR_NOT_CONVERGED);
  problem_free(&s);
}
END_TEST

/* q_2 h_3 alone underflows, in two of six rows, which are not small but for that; two have q_2 = 0, two h_3 = 0. The
 * labels of 1e-250 ask for Gamma_23 of 1e150. */
START_TEST(a_feature_that_underflows) {
  enum { D = 2, N = 6, WIDTH = D + 1, P = D * WIDTH };
  double query[N * D], context[N * WIDTH], target[N], gamma[P];
  fill_pseudo(N * D, query, 1);
  fill_pseudo(N * WIDTH, context, 1000);
  fill_pseudo(N, target, 2000);
  for (int mu = 0; mu < N; mu++) {
    query[mu * D + 1] *= mu % 3 == 0 ? 1e-200 : mu % 3 == 1 ? 0.0 : 1.0;
    context[mu * WIDTH + 2] *= mu % 3 == 0 ? 1e-200 : mu % 3 == 2 ? 0.0 : 1.0;
    target[mu] *= 1e-250;
  }
  problem s = given_problem(D, N, query, context, target);
  for (int i = 0; i < 4; i++) ck_assert_int_eq(fit_by(&s, methods[i], 0.0, gamma).status, ICL_ERR_NOT_CONVERGED);
  problem_free(&s);
}
END_TEST

/* Units in which the weights of rows underflow, Gamma = F'a of about 1e-220 does not: AUTO answers as PRIMAL does. */
START_TEST(weights_that_underflow) {
  enum { D = 3, N = 8, WIDTH = D + 1, P = D * WIDTH };
  double query[N * D], context[N * WIDTH], target[N], gamma[P], expected[P];
  for (uint64_t seed = 0; seed < 30; seed++) {
    fill_pseudo(N * D, query, 1000 * seed);
    fill_pseudo(N * WIDTH, context, 1000 * seed + 300);
    fill_pseudo(N, target, 1000 * seed + 700);
    for (int i = 0; i < N * D; i++) query[i] = ldexp(query[i], 93);
    for (int i = 0; i < N * WIDTH; i++) context[i] = ldexp(context[i], 281);
    for (int i = 0; i < N; i++) target[i] = ldexp(target[i], -355);
    double lambda = ldexp(0.01, 2 * (93 + 281));
    problem s = given_problem(D, N, query, context, target);
    ck_assert_int_eq(fit_by(&s, ICL_METHOD_PRIMAL, lambda, expected).status, ICL_OK);
    ck_assert_int_eq(fit_by(&s, ICL_METHOD_AUTO, lambda, gamma).status, ICL_OK);
    for (int j = 0; j < P; j++) CLOSE(gamma[j], expected[j], 1e-6);
    problem_free(&s);
  }
}
END_TEST

/* Rows with h_1 = h_2 and h_3 = 0, and one with q_2 h_3 = s alone, which counts as a zero beside them. Its label
 * G (s^2 + mu)/s asks for Gamma_23 = G; the others for Gamma_11 = Gamma_12 = a/(a + mu), a = 2 sum q_1^2 h_1^2. */
START_TEST(a_dropped_feature_with_a_large_label) {
  enum { D = 2, N = 8, WIDTH = D + 1, P = D * WIDTH };
  int answered = 0;
  for (uint64_t seed = 0; seed < 300; seed++) {
    double query[N * D] = {0}, context[N * WIDTH] = {0}, target[N], gamma[P], draws[2 * N + 3], sum = 0.0;
    fill_pseudo(2 * N + 3, draws, 100 * seed);
    double s = pow(10.0, -15.5 + 1.5 * draws[0]), answer = pow(10.0, -3.0 * (1.0 + draws[1]));
    for (int mu = 0; mu < N - 1; mu++) {
      query[mu * D] = draws[3 + 2 * mu];
      context[mu * WIDTH] = context[mu * WIDTH + 1] = draws[4 + 2 * mu];
      target[mu] = 2.0 * query[mu * D] * context[mu * WIDTH];
      sum += 0.5 * target[mu] * target[mu];
    }
    double lambda = sum * pow(10.0, -7.0 + draws[2]) * D / N, weight = lambda * N / D;
    query[(N - 1) * D + 1] = s;
    context[(N - 1) * WIDTH + 2] = 1.0;
    target[N - 1] = answer * (s * s + weight) / s;
    double expected[P] = {sum / (sum + weight), sum / (sum + weight), 0.0, 0.0, 0.0, answer};
    problem all = given_problem(D, N, query, context, target);
    for (int i = 0; i < 3; i++) {
      outcome out = fit_by(&all, methods[i], lambda, gamma);
      answered += out.status == ICL_OK;
      if (!out.status) ck_assert_double_lt(distance(P, gamma, expected), 1e-7 * norm(P, expected));
    }
    problem_free(&all);
  }
  ck_assert_int_gt(answered, 0);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("weak");
  TCase *c = tcase_create("weak");
  tcase_add_loop_test(c, one_context_twice_in_any_units, 0, 7);
  tcase_add_loop_test(c, each_feature_may_be_weak, 0, 20);
  tcase_add_test(c, features_that_underflow);
  tcase_add_test(c, a_feature_that_underflows);
  tcase_add_test(c, weights_that_underflow);
  tcase_add_test(c, a_dropped_feature_with_a_large_label);
  suite_add_tcase(s, c);
  TCase *slow = tagged_case(s, "slow");
  tcase_add_test(slow, a_ridge_beside_a_large_row);
  return s;
}

SUITE_MAIN(suite)
