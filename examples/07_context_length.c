/* Errors against the context length, for several task diversities. With more data than unknowns or with few tasks, the
 * error on fresh tasks has a minimum at a finite context length: a longer context tells the tasks of pretraining apart,
 * and fits then learn these tasks instead of learning to learn in context. */
#include "series.h"

#define NAME "07_context_length"

const program_text program = {
  .name = NAME,
  .usage = SERIES_USAGE(NAME),
  .help = "Errors on the tasks of pretraining (IDG) and on fresh tasks (ICL) against the context length, for several\n"
          "task diversities: theory, and simulation with error bars.\n" SERIES_HELP};

static const double idg_alphas[] = {1.0, 5.6, 6.15, 7.4, 100.0, 1000.0};
static const double icl_alphas[] = {2.35, 5.5, 9.62, 22.7, 100.0, 1000.0};

#define DIVERSITY(which, size, noise, number) \
  {.name = #which " tau=" #size " kappa=" #number, .label = KAPPA " = " #number, .quantity = ICL_QUANTITY_##which, \
   .vary = ICL_ALPHA, .tau = size, .kappa = number, .rho = noise, .lambda = 1e-6, .low = 0.7, .high = 1400.0
#define IDG(number) DIVERSITY(IDG, 0.5, 0.5, number), .at = idg_alphas, .count = COUNT(idg_alphas)}
#define ICL(number) DIVERSITY(ICL, 0.5, 0.1, number), .at = icl_alphas, .count = COUNT(icl_alphas)}
#define ICL_LARGE(number) \
  DIVERSITY(ICL, 20, 0.5, number), .at = icl_alphas, .count = COUNT(icl_alphas), .max_replicates = 4}

static series idg[] = {IDG(0.1), IDG(0.3), IDG(0.5), IDG(0.7), IDG(2)};
static series icl[] = {ICL(0.2), ICL(0.4), ICL(0.5), ICL(0.6), ICL(1.5)};
static series icl_large[] = {ICL_LARGE(0.25), ICL_LARGE(0.75), ICL_LARGE(1), ICL_LARGE(1.1), ICL_LARGE(2)};

static panel panels[] = {
  {.title = "IDG: " TAU " = 0.5, " RHO " = 0.5, " LAMBDA " = 10^{-6}",
   .x_label = ALPHA_AXIS, .y_label = ERROR_IDG, .series = idg,
   .count = COUNT(idg), .log_x = 1, .log_y = 1,
   .y_tics = "1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50", .key = "top left"},
  {.title = "ICL: " TAU " = 0.5, " RHO " = 0.1, " LAMBDA " = 10^{-6}",
   .x_label = ALPHA_AXIS, .y_label = ERROR_ICL, .series = icl,
   .count = COUNT(icl), .log_x = 1, .log_y = 1, .key = "top left"},
  {.title = "ICL: " TAU " = 20, " RHO " = 0.5, " LAMBDA " = 10^{-6}",
   .x_label = ALPHA_AXIS, .y_label = ERROR_ICL, .series = icl_large,
   .count = COUNT(icl_large), .log_x = 1, .log_y = 1, .key = "top left"},
};

static figure shown = {
  .title = "Longer contexts help or hurt, by task diversity",
  .caption = "Error against the context length alpha = l/d, lambda = 1e-6, for several task diversities kappa = k/d. "
             "Left: tasks of pretraining (IDG), tau = 0.5, rho = 0.5. Middle: fresh tasks (ICL), tau = 0.5, rho = 0.1. "
             "Right: ICL, tau = 20, rho = 0.5. Curves: theory of large d; filled "
             "points: simulation; open marks: finite-size theory.",
  .remark = "z against the curves shows the shift of order 1/d between fits and the limit. The finite-size theory "
            "explains it but at the longest contexts with kappa close to min(tau, 1): there the limit goes over from a "
            "finite error to a diverging one, and at such sizes neither is accurate.",
  .panels = panels, .count = COUNT(panels), .finite = 1};

int main(int argc, char **argv) {
  return series_main(argc, argv, &shown);
}
