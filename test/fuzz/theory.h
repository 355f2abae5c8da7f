/* The target `theory` in two files: theory.c, values; theory_range.c, derivatives and minima. */
#ifndef ICL_TEST_FUZZ_THEORY_H
#define ICL_TEST_FUZZ_THEORY_H

#include "fuzz.h"

enum { QUANTITIES = 5, PARAMETERS = 7, PLACES = 4 };

typedef struct {
  double parameter[PARAMETERS]; /* test parameters only where they are set */
  int has_test_alpha, has_test_rho, whole_range, capacity;
  int32_t quantity, vary;
  double lower, upper, places[PLACES];
} request;

void check_derivative(const icl_theory *theory, const request *asked,
                      const double *value /* of the five quantities */);
void check_range(const icl_theory *theory, const request *asked);

#endif
