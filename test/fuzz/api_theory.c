/* The closed-form theory; the target `theory` looks into its numbers. */
#include "api.h"

static void create(input *from) {
  double tau = read_number(from), alpha = read_number(from), kappa = read_number(from), rho = read_number(from);
  double lambda = read_number(from);
  icl_theory *made = nothing();
  slot *where = pick(from, THEORY);
  slot *theory = keep(where, THEORY, CALL(icl_theory_create, tau, alpha, kappa, rho, lambda, &made), made);
  theory->rho = rho;
}

static void settings(input *from) {
  slot *theory = pick(from, THEORY);
  int32_t parameter = read_code(from, 7);
  double value = read_number(from);
  if (take_byte(from) % 4 == 0) CALL(icl_theory_clear, theory->handle, parameter);
  else CALL(icl_theory_set, theory->handle, parameter, value);
}

static void get(input *from) {
  const slot *theory = pick(from, THEORY);
  int32_t parameter = read_code(from, 7);
  double *value = output_infinite(from, 1);
  if (!CALL(icl_theory_get, theory->handle, parameter, value)) EXPECT(*value >= 0.0, "%g", *value);
}

static void value(input *from) {
  const slot *theory = pick(from, THEORY);
  int32_t quantity = read_code(from, 5);
  double *number = output_infinite(from, 1);
  if (CALL(icl_theory_value, theory->handle, quantity, number)) return;
  EXPECT(*number >= 0.0 || quantity == ICL_QUANTITY_GAP, "quantity %d: %g", quantity, *number);
}

static void derivative(input *from) {
  const slot *theory = pick(from, THEORY);
  int32_t quantity = read_code(from, 5), parameter = read_code(from, 7);
  double *slope = output(from, 1);
  CALL(icl_theory_derivative, theory->handle, quantity, parameter, slope);
}

static void curve(input *from) {
  const slot *theory = pick(from, THEORY);
  int32_t quantity = read_code(from, 5), vary = read_code(from, 7);
  int64_t count = read_array_size(from, 6);
  const double *at = read_numbers(from, cells(count, 1, 1));
  double *values = output_infinite(from, cells(count, 1, 1));
  CALL(icl_theory_curve, theory->handle, quantity, vary, count, at, values);
}

static void batch(input *from) {
  int64_t count = read_array_size(from, 4), size = cells(count, 1, 1);
  int32_t quantity = read_code(from, 5);
  const double *list[5];
  for (int i = 0; i < 5; i++) {
    double *own = (double *)(list[i] = read_numbers(from, size)); /* this program's own; not half of them negative */
    for (int64_t j = 0; own && j < size; j++) own[j] = j % 8 == 7 ? own[j] : fabs(own[j]);
  }
  double *values = output_infinite(from, size);
  CALL(icl_theory_batch, count, list[0], list[1], list[2], list[3], list[4], quantity, values);
}

static void minimum(input *from) {
  const slot *theory = pick(from, THEORY);
  int32_t quantity = read_code(from, 5), vary = read_code(from, 7);
  double lower = read_number(from), upper = read_number(from);
  double *at = output_infinite(from, 1), *least = output_infinite(from, 1);
  if (!spend(60)) return;
  if (CALL(icl_theory_minimum, theory->handle, quantity, vary, lower, upper, at, least)) return;
  EXPECT(!at || (*at >= lower && *at <= upper), "%g is not within %g and %g", *at, lower, upper);
}

static void stationary(input *from) {
  const slot *theory = pick(from, THEORY);
  int32_t quantity = read_code(from, 5), vary = read_code(from, 7);
  double lower = read_number(from), upper = read_number(from), places[4];
  int64_t *count = output_integers(from, 1), capacity = take_byte(from) % 6 - 1;
  if (!spend(60)) return;
  icl_status status = CALL(icl_theory_stationary, theory->handle, quantity, vary, lower, upper,
                           capacity > 4 ? 4 : capacity, capacity > 0 ? places : NULL, count);
  if (status) return;
  EXPECT(*count >= 0, "%d points", (int)*count);
  for (int i = 0; i < *count && i < capacity; i++) EXPECT(places[i] >= lower && places[i] <= upper, "%g", places[i]);
}

static const operation list[] = {create, settings, get, value, derivative, curve, batch, minimum, stationary};
const operations theory_operations = {sizeof list / sizeof *list, list};
