/* What icltheory.R calls: points of the theory, by R's .Call. */
#define R_NO_REMAP
#include <Rinternals.h>
#include <icltheory.h>

/* Five numeric vectors of one length and an integer; a vector of that length. */
SEXP icltheory_r_theory(SEXP tau, SEXP alpha, SEXP kappa, SEXP rho, SEXP lambda, SEXP quantity) {
  R_xlen_t count = Rf_xlength(tau);
  SEXP values = PROTECT(Rf_allocVector(REALSXP, count));
  icl_status status = icl_theory_batch(count, REAL(tau), REAL(alpha), REAL(kappa), REAL(rho), REAL(lambda),
                                       Rf_asInteger(quantity), REAL(values));
  UNPROTECT(1);
  if (status != ICL_OK) Rf_error("%s", icl_last_error_message()); /* a long jump, with nothing left to free */
  return values;
}

SEXP icltheory_r_version(void) { return Rf_mkString(icl_version_string()); }
