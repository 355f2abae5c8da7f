# A learning curve with its double descent, and a message of the library.
dyn.load("icltheory_r.so")
source("icltheory.R")

cat(sprintf("in the limit of large d: %.4f\n", icl_theory(tau = 2, alpha = 10, kappa = 0.5, rho = 0.01, lambda = 0.1)))

tau <- seq(0.25, 2, by = 0.25)
print(data.frame(
  tau,
  ridgeless = icl_theory(tau, alpha = 10, kappa = 0.5, rho = 0.01),
  ridge = icl_theory(tau, alpha = 10, kappa = 0.5, rho = 0.01, lambda = 0.1)
), digits = 4)

message <- tryCatch(icl_theory(tau = -1, alpha = 10, kappa = 0.5), error = conditionMessage)
cat("as expected: ", message, "\n", sep = "")
