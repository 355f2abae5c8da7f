/* The closed-form theory at any seven doubles. What holds is compared with what follows from the formulas, not with
 * other evaluations of them; tolerances are those that theory.h promises: 5e-14 of an error, or of ICL + IDG for their
 * gap. */
#include <math.h>

#include "fuzz.h"
#include "theory.h"

enum { LAYOUT = 3 + 8 * (PARAMETERS + 2 + PLACES) };

static int is_valid(int32_t parameter, double value) {
  if (parameter == ICL_RHO || parameter == ICL_TEST_RHO) return value >= 0.0 && value < INFINITY;
  return parameter == ICL_LAMBDA ? value >= 0.0 : value > 0.0;
}

/* Searching a range is a thousand times dearer than the rest, so one input of 32 does, by a hash: a flag among the
 * bytes would be found worth keeping, and soon be set in all of them. */
static int is_chosen(const uint8_t *data, size_t size) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
  for (size_t i = 0; i < size; i++) hash = (hash ^ data[i]) * UINT64_C(0x100000001b3);
  return random_below(&hash, 32) == 0;
}

static void read_request(const uint8_t *data, size_t size, request *out) {
  input from = {data, data + size};
  int flags = take_byte(&from);
  out->has_test_alpha = flags & 1;
  out->has_test_rho = flags >> 1 & 1;
  out->whole_range = is_chosen(data, size);
  out->capacity = flags >> 5 & 3;
  out->quantity = take_byte(&from) % (QUANTITIES + 2); /* 0 and 6 are none */
  out->vary = take_byte(&from) % (PARAMETERS + 2);
  for (int i = 0; i < PARAMETERS; i++) out->parameter[i] = take_double(&from);
  out->lower = take_double(&from);
  out->upper = take_double(&from);
  for (int i = 0; i < PLACES; i++) out->places[i] = take_double(&from);
}

/* The handle, where the parameters are in their ranges; else NULL, and the library refuses them. */
static icl_theory *create(const request *asked) {
  const double *p = asked->parameter;
  icl_theory *theory = NULL;
  int valid = 1;
  for (int32_t j = ICL_TAU; j <= ICL_LAMBDA; j++) valid &= is_valid(j, p[j - 1]);
  icl_status status = icl_theory_create(p[0], p[1], p[2], p[3], p[4], &theory);
  EXPECT(status == (valid ? ICL_OK : ICL_ERR_DOMAIN), "%d", status);
  EXPECT(!valid == !theory, "a handle");
  if (!valid) return NULL;
  for (int32_t j = ICL_TEST_ALPHA; j <= ICL_TEST_RHO; j++) {
    if (!(j == ICL_TEST_ALPHA ? asked->has_test_alpha : asked->has_test_rho)) continue;
    status = icl_theory_set(theory, j, p[j - 1]);
    EXPECT(status == (is_valid(j, p[j - 1]) ? ICL_OK : ICL_ERR_DOMAIN), "%d", status);
  }
  return theory;
}

/* Codes that are none, and bad values in a list, are refused and nothing is written. */
static void check_refusals(const icl_theory *theory, const request *asked) {
  double value = -7.0, values[PLACES];
  int quantity = asked->quantity >= 1 && asked->quantity <= QUANTITIES;
  int vary = asked->vary >= 1 && asked->vary <= PARAMETERS, all = 1;
  if (!quantity) EXPECT(icl_theory_value(theory, asked->quantity, &value) == ICL_ERR_ARGUMENT, "quantity");
  if (!vary) EXPECT(icl_theory_get(theory, asked->vary, &value) == ICL_ERR_ARGUMENT, "parameter");
  EXPECT(value == -7.0, "written to after a failure");
  if (!quantity || !vary) return;
  for (int i = 0; i < PLACES; i++) {
    values[i] = -7.0;
    all &= is_valid(asked->vary, asked->places[i]);
  }
  icl_status status = icl_theory_curve(theory, asked->quantity, asked->vary, PLACES, asked->places, values);
  EXPECT(status == (all ? ICL_OK : ICL_ERR_DOMAIN), "%d", status);
  for (int i = 0; i < PLACES; i++) EXPECT(all ? !isnan(values[i]) : values[i] == -7.0, "%g", values[i]);
}

/* One value, one point of a batch and one of a curve are the same bits, also where the answer takes the place of an
 * input. */
static void check_same_bits(const icl_theory *theory, const request *asked, int32_t quantity, double expected) {
  double list[PARAMETERS][2], values[2];
  for (int32_t j = ICL_TAU; j <= ICL_TEST_RHO; j++) {
    OK(icl_theory_get(theory, j, &values[0]));
    list[j - 1][0] = list[j - 1][1] = values[0];
    OK(icl_theory_curve(theory, quantity, j, 1, list[j - 1], values));
    EXPECT(same_bits(values, &expected, 1), "curve along %d: %.17g, not %.17g", j, values[0], expected);
  }
  if (asked->has_test_alpha || asked->has_test_rho) return;
  OK(icl_theory_batch(2, list[0], list[1], list[2], list[3], list[4], quantity, list[quantity - 1]));
  for (int i = 0; i < 2; i++) {
    EXPECT(same_bits(&list[quantity - 1][i], &expected, 1), "batch: %.17g, not %.17g", list[quantity - 1][i], expected);
  }
}

/* 1/M(nu) is the positive root v of v^2 - (nu + 1 - 1/kappa) v - nu/kappa = 0 (section 6.4 of doc/theory.md), by the
 * branch that adds. */
static long double inverse_stieltjes(long double nu, long double kappa) {
  long double excess = isinf(kappa) ? -1.0L : (1.0L - kappa) / kappa, b = nu - excess, c = nu / kappa;
  long double root = sqrtl(b * b + 4.0L * c);
  return b > 0.0L ? (b + root) / 2.0L : 2.0L * c / (root - b);
}

/* xi M(q + xi) = 1 - tau + tau lambda/xi (eq. 8), relative to the sum of its terms. A relative error of xi changes each
 * term by at most that, so 5e-14 in xi is 5e-14 here, to which M and rounding of xi add nothing that counts. Where xi
 * is no normal number it has not that accuracy. */
static void check_ridge_equation(const double *p, double xi) {
  long double tau = p[0], q = (1.0L + p[3]) / p[1], lambda = p[4];
  EXPECT(xi >= p[4], "xi %.17g below lambda %.17g", xi, p[4]);
  if (isinf(p[0])) EXPECT(xi == p[4], "%.17g", xi);
  if (isinf(p[0]) || !(xi >= 0x1p-1022) || isinf(xi)) return;
  long double left = xi / inverse_stieltjes(q + xi, p[2]), ratio = tau * lambda / xi;
  long double residual = left - (1.0L - tau) - ratio, scale = left + fabsl(1.0L - tau) + ratio;
  EXPECT(fabsl(residual) <= 5e-14L * scale, "eq. 8: xi %.17g, %.3Lg of %.3Lg", xi, residual, scale);
}

/* Nothing overflows. */
static int is_ordinary(const double *p) {
  for (int i = 0; i < PARAMETERS; i++) {
    if (p[i] > 0.0 && p[i] < INFINITY && !(p[i] >= 1e-30 && p[i] <= 1e30)) return 0;
  }
  return 1;
}

/* None of the errors is below the noise of the target, not by a rounding: it is added to what is not negative. Only
 * BAYES bounds ICL through different formulas. */
static void check_values(const request *asked, const double *value) {
  const double *p = asked->parameter;
  double icl = value[0], idg = value[1], gap = value[2], bayes = value[3];
  double noise = asked->has_test_rho ? p[6] : p[3];
  EXPECT(icl >= noise && idg >= noise && bayes >= noise, "%.17g, %.17g, %.17g below %.17g", icl, idg, bayes, noise);
  EXPECT(icl >= bayes * (1.0 - 1e-13), "ICL %.17g below Bayes %.17g", icl, bayes);
  if (isinf(p[2])) EXPECT(same_bits(&icl, &idg, 1) && gap == 0.0, "infinite pool: %.17g, %.17g, %g", icl, idg, gap);
  if (isinf(icl)) { /* by an overflow, or because it diverges: then the gap does, downwards in one corner only */
    int corner = p[2] == p[0] && 3.0 * p[0] < 1.0 && isinf(p[1]) && p[4] == 0.0;
    double diverges = corner ? -INFINITY : INFINITY;
    EXPECT(gap == (isinf(p[2]) ? 0.0 : diverges) || !is_ordinary(p), "gap %g", gap);
  } else if (!isinf(idg)) {
    double expected = icl / 2 - idg / 2, scale = icl / 2 + idg / 2; /* half of them does not overflow */
    /* 5e-14 of the gap's terms, which are parts of ICL and IDG, and of each error; and rounding of the least numbers */
    EXPECT(fabs(gap / 2 - expected) <= 1e-13 * scale + 0x1p-1072, "gap %.17g, ICL - IDG %.17g of %.17g", gap,
           2 * expected, 2 * scale);
  }
  check_ridge_equation(p, value[4]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  request asked;
  double value[QUANTITIES];
  read_request(data, size, &asked);
  icl_theory *theory = create(&asked);
  if (!theory) return 0;
  asked.has_test_alpha &= is_valid(ICL_TEST_ALPHA, asked.parameter[5]); /* else it was refused, and still follows */
  asked.has_test_rho &= is_valid(ICL_TEST_RHO, asked.parameter[6]);
  check_refusals(theory, &asked);
  for (int32_t quantity = 1; quantity <= QUANTITIES; quantity++) {
    OK(icl_theory_value(theory, quantity, &value[quantity - 1]));
    EXPECT(!isnan(value[quantity - 1]), "quantity %d", quantity);
    check_same_bits(theory, &asked, quantity, value[quantity - 1]);
  }
  check_values(&asked, value);
  if (asked.quantity >= 1 && asked.quantity <= QUANTITIES && asked.vary >= 1 && asked.vary <= PARAMETERS) {
    check_derivative(theory, &asked, value);
    if (asked.whole_range) check_range(theory, &asked);
  }
  icl_theory_destroy(theory);
  return 0;
}

/* Bytes as libFuzzer changes them, or one number: a special one, another one's value, a neighbour at any distance, one
 * of order 1, or one of any order. */
static double changed_double(uint64_t *state, const double *numbers, int count, double old) {
  double fraction = (double)(random_word(state) >> 11) * 0x1p-53;
  switch (random_below(state, 5)) {
    case 0: return special_double(random_below(state, SPECIAL_DOUBLES));
    case 1: return numbers[random_below(state, count)];
    case 2: return old * (1.0 + ldexp(fraction - 0.5, -random_below(state, 53)));
    case 3: return exp(4.0 * fraction - 2.0);
    default: return exp(1400.0 * fraction - 700.0);
  }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed) {
  enum { NUMBERS = PARAMETERS + 2 + PLACES };
  uint64_t state = seed;
  double numbers[NUMBERS];
  if (most < LAYOUT || random_below(&state, 4) == 0) return LLVMFuzzerMutate(data, size, most);
  if (size < LAYOUT) memset(&data[size], 0, LAYOUT - size);
  memcpy(numbers, &data[3], sizeof numbers);
  if (random_below(&state, 4) == 0) data[random_below(&state, 3)] = (uint8_t)random_word(&state);
  int index = random_below(&state, NUMBERS);
  numbers[index] = changed_double(&state, numbers, NUMBERS, numbers[index]);
  memcpy(&data[3], numbers, sizeof numbers);
  return LAYOUT;
}
