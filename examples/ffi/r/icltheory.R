# The theory of libicltheory for R. Needs icltheory_r.c compiled and loaded, see README.md.

# Codes of theory.h.
icl_quantities <- c(icl = 1L, idg = 2L, gap = 3L, bayes = 4L, xi = 5L)

# The quantity at each point; arguments are recycled to the longest one. Inf is allowed where theory.h allows it.
icl_theory <- function(tau, alpha, kappa, rho = 0, lambda = 0, quantity = "icl") {
  code <- icl_quantities[[match.arg(quantity, names(icl_quantities))]]
  points <- data.frame(tau, alpha, kappa, rho, lambda)
  columns <- lapply(points, as.double)
  .Call("icltheory_r_theory", columns$tau, columns$alpha, columns$kappa, columns$rho, columns$lambda, code)
}

icl_version <- function() .Call("icltheory_r_version")
