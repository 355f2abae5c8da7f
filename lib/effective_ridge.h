/* The effective ridge xi: the ridge that the mean estimator feels, sampling noise included. */
#ifndef ICL_EFFECTIVE_RIDGE_H
#define ICL_EFFECTIVE_RIDGE_H

/* xi at finite tau > 0, q > 0, lambda >= 0 and kappa in (0, infinity]; lambda = 0 is the limit lambda -> 0+. */
double icl__effective_ridge(double tau, double q, double kappa, double lambda);

#endif
