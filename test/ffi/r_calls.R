# The function of examples/ffi/r, compiled, in the working directory: r_calls.R INTERFACE_TABLE. Output: TAP.
dyn.load("icltheory_r.so")
source("icltheory.R")
table <- read.delim(commandArgs(trailingOnly = TRUE)[1], header = FALSE, fill = TRUE, col.names = paste0("field", 1:20))

number <- 0
failures <- 0
check <- function(good, name) {
  number <<- number + 1
  failures <<- failures + !isTRUE(good)
  cat(if (isTRUE(good)) "ok " else "not ok ", number, " - ", name, "\n", sep = "")
}

codes <- table[grepl("^ICL_QUANTITY_", table$field2), ]
check(nrow(codes) == length(icl_quantities) && all(
  icl_quantities[tolower(sub("ICL_QUANTITY_", "", codes$field2))] == as.integer(codes$field3)
), "quantities have their numbers")

tau <- c(0.5, 2, Inf)
curve <- icl_theory(tau, 10, 0.5, 0.01, 0.1)
check(identical(curve, vapply(tau, icl_theory, 0, alpha = 10, kappa = 0.5, rho = 0.01, lambda = 0.1)),
  "a vector gives what its elements give")
check(identical(icl_theory(2L, 10, 0.5), icl_theory(2, 10, 0.5)), "integers are numbers")
check(identical(icl_theory(1, 10, 0.5), Inf), "the peak without ridge is infinite")
check(identical(icl_theory(2, 10, Inf, 0.1, quantity = "gap"), 0), "no gap for infinitely many tasks")
gap <- icl_theory(tau, 10, 0.5, quantity = "icl") - icl_theory(tau, 10, 0.5, quantity = "idg")
check(all.equal(gap, icl_theory(tau, 10, 0.5, quantity = "gap"), tolerance = 1e-12), "the gap is a difference")

fails <- function(...) tryCatch({ icl_theory(...); "" }, error = conditionMessage)
check(grepl("^alpha is 0; ", fails(2, 0, 1)), "a message names the argument")
check(nzchar(fails(2, NA, 1)), "NA is refused")
check(nzchar(fails(c(1, 2), c(1, 2, 3), 1)), "lengths that do not fit are refused")
check(nzchar(fails(2, 1, 1, quantity = "loss")), "an unknown quantity is refused")
check(grepl("^[0-9]+[.][0-9]+[.][0-9]+$", icl_version()), "the version")
cat("1..", number, "\n", sep = "")
quit(status = as.integer(failures > 0))
