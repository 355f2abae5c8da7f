/* The tokens of 10_robustness: moments, tails and covariance of each law. Tolerances are five standard errors, from the
 * moments of the law itself; the seed is fixed. */
#include "command_line.h" /* before Check, which makes a macro of "fail" */
#include "tokens.h"

#include "../support.h"

/* What the shared files of the examples want to know. */
const program_text program = {.name = "test_tokens", .usage = "", .help = ""};

enum { D = 8, TOKENS = 250000 };

static double *draw(token_law law) {
  double *x = doubles((int64_t)D * TOKENS);
  generator source = generator_create(20250714);
  draw_tokens(&source, law, D, TOKENS, x);
  return x;
}

/* Mean over tokens and entries of (sqrt(d) x)^power. */
static double moment(const double *x, int power) {
  double sum = 0.0;
  for (int64_t i = 0; i < (int64_t)D * TOKENS; i++) sum += pow(sqrt((double)D) * x[i], power);
  return sum / ((double)D * TOKENS);
}

/* Fourth and eighth moments at variance 1; those of t with 10 degrees of freedom are 4 and (0.8^4) 10^4 105/(8 6 4 2) =
 * 1120. */
START_TEST(moments) {
  static const double fourth[] = {3.0, 1.0, 1.8, 4.0, 3.0}, eighth[] = {105.0, 1.0, 9.0, 1120.0, 105.0};
  double *x = draw((token_law)_i), count = (double)D * TOKENS;
  double correlated = _i == TOKENS_AUTOREGRESSIVE ? 3.0 : 1.0; /* fewer independent entries */
  NEAR(moment(x, 1), 0.0, 5.0 * correlated / sqrt(count));
  NEAR(moment(x, 2), 1.0, 1e-12 + 5.0 * correlated * sqrt((fourth[_i] - 1.0) / count));
  NEAR(moment(x, 4), fourth[_i], 1e-12 + 5.0 * correlated * sqrt((eighth[_i] - fourth[_i] * fourth[_i]) / count));
  free(x);
}
END_TEST

START_TEST(covariances) {
  double *x = draw((token_law)_i);
  for (int lag = 1; lag < 4; lag++) {
    double sum = 0.0;
    for (int64_t i = 0; i < TOKENS; i++) sum += x[i * D] * x[i * D + lag];
    NEAR(D * sum / TOKENS, _i == TOKENS_AUTOREGRESSIVE ? pow(0.5, lag) : 0.0, 5.0 * sqrt(2.0 / TOKENS));
  }
  free(x);
}
END_TEST

/* P(|x| > threshold), where the ziggurat's layers, their edges and its tail decide. */
static void tail(token_law law, double scale, double threshold, double probability) {
  double *x = draw(law), count = (double)D * TOKENS, beyond = 0.0;
  for (int64_t i = 0; i < (int64_t)D * TOKENS; i++) beyond += fabs(x[i]) * sqrt((double)D) * scale > threshold;
  NEAR(beyond / count, probability, 5.0 * sqrt(probability / count));
  free(x);
}

START_TEST(tails) {
  static const double thresholds[] = {0.1, 0.5, 1.0, 2.0, 3.0, 4.0};
  for (int i = 0; i < 6; i++) {
    double t = thresholds[i], s = t / sqrt(10.0 + t * t), q = s * s;
    tail(TOKENS_GAUSSIAN, 1.0, t, erfc(t / sqrt(2.0)));
    /* The integral of (1 - s^2)^4, see the sampler. */
    double below = s * (1.0 + q * (-4.0 / 3.0 + q * (6.0 / 5.0 + q * (-4.0 / 7.0 + q / 9.0))));
    tail(TOKENS_STUDENT, sqrt(1.25), t, 1.0 - below * 315.0 / 128.0);
  }
}
END_TEST

/* y = x.w + noise, the same noise for every law. */
START_TEST(sequences) {
  enum { L = 3 };
  double w[D], x[(L + 1) * D], y[L + 1], first[L + 1];
  for (int j = 0; j < D; j++) w[j] = j - 2.5;
  for (int law = 0; law < TOKEN_LAWS; law++) {
    generator tokens = generator_create(1), noise = generator_create(2);
    draw_sequence(&tokens, &noise, (token_law)law, D, L, w, 0.25, x, y);
    for (int i = 0; i <= L; i++) {
      for (int j = 0; j < D; j++) y[i] -= x[i * D + j] * w[j];
      if (law == 0) first[i] = y[i];
      NEAR(y[i], first[i], 1e-13);
    }
  }
  ck_assert(first[0] != first[1]);
}
END_TEST

START_TEST(indices) {
  generator source = generator_create(3);
  int64_t count[5] = {0};
  for (int i = 0; i < 50000; i++) count[draw_index(&source, 5)]++;
  for (int i = 0; i < 5; i++) NEAR((double)count[i], 10000.0, 5.0 * sqrt(8000.0));
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("tokens");
  TCase *c = tcase_create("tokens");
  tcase_add_loop_test(c, moments, 0, TOKEN_LAWS);
  tcase_add_loop_test(c, covariances, 0, TOKEN_LAWS);
  tcase_add_test(c, tails);
  tcase_add_test(c, sequences);
  tcase_add_test(c, indices);
  suite_add_tcase(s, c);
  return s;
}

SUITE_MAIN(suite)
