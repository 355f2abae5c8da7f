/* libicltheory: in-context learning of linear regression by linear attention.
 *
 * The model is that of Lu, Letey, Zavatone-Veth, Maiti and Pehlevan, "Asymptotic theory of in-context learning by
 * linear attention", PNAS 122(28) e2502599122 (2025), doi:10.1073/pnas.2502599122. The library draws its data, fits
 * its attention matrix Gamma, gives the exact test error of any Gamma, and evaluates the closed-form learning curves.
 *
 *     tasks -> dataset -> estimator -> testerror      what a model of finite size does
 *     theory                                          what it does in the limit d -> infinity
 *     experiment                                      replicates of the first line beside the second
 *     baseline                                        what could be known from one context
 *     finite                                          what the theory says of a finite size and a given pool
 *
 * Symbols: d token dimension, l context length, k task diversity (tasks in the pretraining pool), n number of
 * pretraining sequences, rho label-noise variance, lambda ridge; alpha = l/d, kappa = k/d, tau = n/d^2.
 *
 * Rules that hold for every function:
 * - One that can fail returns icl_status: ICL_OK or a negative number. On failure every output is untouched and
 *   icl_last_error_message() says which argument was wrong, its value and what was expected.
 * - Arrays are contiguous, row-major doubles. Sizes are int64_t, at least 1.
 * - A handle owns what it needs: whatever it was made from may be destroyed first. icl_X_destroy(NULL) does nothing.
 * - Several threads may use one handle at a time through const functions; one that changes it needs it alone.
 * - Nothing is printed, no signal handler or global state is changed (the caller's signals are blocked only while
 *   threads are started), and no answer is NaN: a divergent error is +infinity. */
#ifndef ICLTHEORY_H
#define ICLTHEORY_H

#include <icltheory/attention.h>
#include <icltheory/baseline.h>
#include <icltheory/dataset.h>
#include <icltheory/estimator.h>
#include <icltheory/experiment.h>
#include <icltheory/finite.h>
#include <icltheory/run.h>
#include <icltheory/status.h>
#include <icltheory/tasks.h>
#include <icltheory/testerror.h>
#include <icltheory/theory.h>
#include <icltheory/version.h>

#endif
