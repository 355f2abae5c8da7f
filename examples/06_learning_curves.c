/* Learning curves: the error on fresh tasks (ICL) and on the tasks of pretraining (IDG) against the pretraining sample
 * size, at the paper's parameters. Without ridge both peak at tau = 1; a ridge takes the peak away. */
#include <math.h>

#include "series.h"

#define NAME "06_learning_curves"
#define TAU_TICS "0.1, 0.2, 0.5, 1, 2, 5"

const program_text program = {
  .name = NAME,
  .usage = SERIES_USAGE(NAME),
  .help = "Errors on fresh tasks (ICL) and on the tasks of pretraining (IDG) against the pretraining sample size, for\n"
          "three context lengths and for three ridges: theory, and simulation with error bars.\n" SERIES_HELP};

static const double taus[] = {0.2, 0.5, 0.85, 1.15, 1.5, 2.0}, ridge_taus[] = {0.2, 0.5, 0.85, 1.0, 1.15, 1.5, 2.0};

#define CONTEXT_LENGTH(which, number) \
  {.name = #which " alpha=" #number, .label = ALPHA " = " #number, .quantity = ICL_QUANTITY_##which, .vary = ICL_TAU, \
   .alpha = number, .kappa = 0.5, .rho = 0.01, .lambda = 1e-5, .at = taus, .count = COUNT(taus), .low = 0.1, \
   .high = 3.0}
static series icl[] = {CONTEXT_LENGTH(ICL, 1), CONTEXT_LENGTH(ICL, 10), CONTEXT_LENGTH(ICL, 100)};
static series idg[] = {CONTEXT_LENGTH(IDG, 1), CONTEXT_LENGTH(IDG, 10), CONTEXT_LENGTH(IDG, 100)};

#define RIDGE(number, text) \
  {.name = "ICL lambda=" #number, .label = LAMBDA " = " text, .quantity = ICL_QUANTITY_ICL, .vary = ICL_TAU, \
   .alpha = 10.0, .kappa = INFINITY, .rho = 0.01, .lambda = number, .at = ridge_taus, .count = COUNT(ridge_taus), \
   .low = 0.1, .high = 3.0}
static series ridges[] = {RIDGE(1e-5, "10^{-5}"), RIDGE(0.1, "0.1"), RIDGE(1, "1")};

static panel panels[] = {
  {.title = "ICL: " KAPPA " = 0.5, " RHO " = 0.01, " LAMBDA " = 10^{-5}", .x_label = TAU_AXIS, .y_label = ERROR_ICL,
   .series = icl, .count = COUNT(icl), .log_x = 1, .log_y = 1, .x_tics = TAU_TICS, .key = "top left"},
  {.title = "IDG: " KAPPA " = 0.5, " RHO " = 0.01, " LAMBDA " = 10^{-5}", .x_label = TAU_AXIS, .y_label = ERROR_IDG,
   .series = idg, .count = COUNT(idg), .log_x = 1, .log_y = 1, .x_tics = TAU_TICS, .key = "bottom left"},
  {.title = "ICL: " ALPHA " = 10, " KAPPA " = " INFINITE ", " RHO " = 0.01", .x_label = TAU_AXIS, .y_label = ERROR_ICL,
   .series = ridges, .count = COUNT(ridges), .log_x = 1, .log_y = 1, .x_tics = TAU_TICS, .key = "bottom left"},
};

static figure shown = {
  .title = "Double descent in the pretraining sample size",
  .caption = "Error on fresh tasks (ICL) and on the tasks of pretraining (IDG) against tau = n/d^2, at rho = 0.01: for "
             "alpha = 1, 10, 100 at kappa = 0.5, lambda = 1e-5, and for three ridges at alpha = 10, kappa = infinity. "
             "Curves: theory of large d; filled points: simulation; open marks: finite-size theory.",
  .remark = "Gamma has d(d+1) entries, so fits peak at tau = 1 + 1/d and not at 1: next to the peak the points lie to "
            "the right of the curve by one part in d. Where replicates scatter little, z shows this shift.",
  .panels = panels, .count = COUNT(panels), .finite = 1};

int main(int argc, char **argv) {
  return series_main(argc, argv, &shown);
}
