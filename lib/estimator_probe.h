/* Whether what conjugate gradients found can be believed. */
#ifndef ICL_ESTIMATOR_PROBE_H
#define ICL_ESTIMATOR_PROBE_H

#include "conjugate_gradients.h"

/* The residual of a solution tells nothing of its part in the null space of A, which a preconditioner or rounding may
 * have left there, and little along eigenvectors of tiny eigenvalues. So A x = b is solved for a random b as well,
 * which has a part in every direction: where that can be done A is regular, and A makes of a residual what it makes of
 * b if that has no preferred direction. Sets *solved, and of x and b the ratio |x|/|b| and b'x/|b|^2, which are the
 * root mean square of 1/eigenvalue and the mean of 1/eigenvalue. One b has less than a part e of what it should in a
 * given direction with probability 0.8 e, and then both are too small by as much: so there are two, and the larger of
 * their answers counts, which makes that 0.6 e^2. `system` reports the probes' progress; its right-hand side is used as
 * a scale only, which is not 0. */
icl_status icl__probe(const icl__linear_system *system, int64_t max_iterations, int *solved, double *growth,
                      double *mean_inverse);

#endif
