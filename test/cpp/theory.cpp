// The theory in the limit and at finite size, and experiments.
#include <cstdio>

#include "checks.hpp"

namespace {

using icl::Parameter;
using icl::Quantity;
using icl::Vector;

void test_limit(Checks &checks) {
  icl::Theory theory(2.0, 4.0, 0.5, 0.1, 0.01);
  const double gap = theory.value(Quantity::icl) - theory.value(Quantity::idg);
  checks.check(close(gap, theory.value(Quantity::gap), 1e-12), "theory: the gap is ICL - IDG");
  checks.check(theory.value(Quantity::bayes) < theory.value(Quantity::icl) && theory.value(Quantity::xi) > 0.0,
               "theory: Bayes is better; xi");
  const Vector at = {1.5, 2.0, 3.0}, curve = theory.curve(Quantity::icl, Parameter::tau, at);
  checks.check(curve.size() == 3 && curve[1] == theory.value(Quantity::icl), "theory: a curve through the point");
  const Vector four(3, 4.0), half(3, 0.5), noise(3, 0.1), ridge(3, 0.01);
  checks.check(icl::theory_batch(at, four, half, noise, ridge, Quantity::icl) == curve, "theory: a batch is the curve");
  const double step = 1e-5, slope = theory.derivative(Quantity::icl, Parameter::tau);
  const Vector sides = theory.curve(Quantity::icl, Parameter::tau, {2.0 - step, 2.0 + step});
  // The difference errs by step^2 times the third derivative, and eps/step: some 1e-10 both.
  checks.check(std::fabs((sides[1] - sides[0]) / (2.0 * step) - slope) < 1e-8, "theory: derivative");

  const icl::Theory::Minimum best = theory.minimum(Quantity::icl, Parameter::lambda, 0.0, 10.0);
  checks.check(best.value <= theory.value(Quantity::icl) && best.at > 0.0 && best.at < 10.0, "theory: minimum");
  const Vector stationary = theory.stationary(Quantity::icl, Parameter::lambda, 0.0, 10.0);
  bool found = false;
  for (double place : stationary) found = found || close(place, best.at, 1e-6);
  checks.check(found, "theory: the minimum is stationary");
  const Vector descent = icl::Theory(1.0, 4.0, 0.5, 0.1, 1e-4).stationary(Quantity::icl, Parameter::tau, 0.01, 10.0);
  checks.check(descent.size() == 2 && descent[0] < descent[1] && std::fabs(descent[1] - 1.0) < 0.1,
               "theory: double descent has a minimum and a peak");

  theory.set(Parameter::alpha, 8.0);
  checks.check(theory.get(Parameter::test_alpha) == 8.0, "theory: a test parameter follows");
  theory.set(Parameter::test_alpha, 3.0);
  theory.set(Parameter::test_rho, 0.2);
  checks.check(theory.get(Parameter::test_alpha) == 3.0 && theory.get(Parameter::test_rho) == 0.2, "theory: it is set");
  theory.clear(Parameter::test_alpha);
  theory.clear(Parameter::test_rho);
  checks.check(theory.get(Parameter::test_alpha) == 8.0, "theory: it follows again");
  checks.fails(icl::Status::singular, "", "theory: no slope at tau = 1 without ridge",
               [] { icl::Theory(1.0, 2.0, 0.5, 0.1, 0.0).derivative(Quantity::icl, Parameter::tau); });
  checks.fails(icl::Status::argument, "kappa has 2 entries; 3 were expected", "theory: a batch of unequal lengths",
               [&] { icl::theory_batch(at, four, Vector(2), noise, ridge, Quantity::icl); });
}

void test_finite(Checks &checks) {
  const icl::TaskPool pool(4, 3, icl::Tasks::gaussian, 1);
  const icl::TestLaw fresh = icl::TestLaw::fresh(4, 12, 0.1, icl::Tasks::gaussian);
  icl::FiniteTheory plain(pool, 12, 60, 0.1, 0.3, icl::Level::pool);
  icl::FiniteTheory corrected(pool, 12, 60, 0.1, 0.3, icl::Level::corrected);
  checks.fails(icl::Status::state, "", "finite: unsolved", [&] { plain.error(fresh); });
  plain.solve();
  corrected.set_samples(2000);
  corrected.set_seed(1);
  corrected.solve();
  const icl::Estimate a = plain.error(fresh), b = corrected.error(fresh);
  checks.check(a.standard_error == 0.0 && b.standard_error > 0.0, "finite: only one level draws samples");
  checks.check(a.mean > 0.1 && b.mean > 0.1 && close(a.mean, b.mean, 0.25), "finite: the levels agree roughly");
  corrected.set_seed(2);
  corrected.solve();
  checks.check(corrected.error(fresh).mean != b.mean, "finite: the seed arrives");
}

void test_experiment(Checks &checks) {
  icl::Experiment experiment(4);
  checks.fails(icl::Status::state, "", "experiment: parameters without default", [&] { experiment.sizes(); });
  experiment.set(Parameter::tau, 1.5);
  experiment.set(Parameter::alpha, 3.0);
  experiment.set(Parameter::kappa, 0.5);
  experiment.set(Parameter::rho, 0.1);
  experiment.set(Parameter::lambda, 0.2);
  experiment.set_replicates(6);
  experiment.set_seed(3);
  const char *path = "checkpoint.icl";
  std::remove(path);
  experiment.set_checkpoint(path);
  experiment.run();
  const icl::Experiment::Sizes sizes = experiment.sizes();
  checks.check(sizes.d == 4 && sizes.l == 12 && sizes.k == 2 && sizes.n == 24, "experiment: sizes");
  const Vector replicates = experiment.replicates(Quantity::icl);
  const icl::Estimate result = experiment.result(Quantity::icl);
  double mean = 0.0;
  for (double value : replicates) mean += value / 6.0;
  checks.check(replicates.size() == 6 && close(mean, result.mean, 1e-14), "experiment: replicates and their mean");
  checks.check(experiment.theory(Quantity::icl) == icl::Theory(1.5, 3.0, 0.5, 0.1, 0.2).value(Quantity::icl),
               "experiment: theory");
  std::FILE *file = std::fopen(path, "rb");
  checks.check(file != nullptr, "experiment: the checkpoint is written");
  if (file) std::fclose(file);
  experiment.clear_checkpoint();
  std::remove(path);

  const icl::Experiment::Curve curve =
      experiment.curve(Parameter::tau, {1.0, 1.5}, {Quantity::idg, Quantity::icl, Quantity::gap});
  checks.check(curve.mean.size() == 6 && curve.mean[4] == result.mean &&
                   curve.standard_error[4] == result.standard_error && curve.sizes[1].n == 24,
               "experiment: a curve has the run's numbers at its point");
  const icl::Experiment::Curve theory = experiment.theory_curve(Parameter::tau, {1.0, 1.5}, {Quantity::bayes});
  checks.check(theory.mean.empty() && theory.theory.size() == 2 && theory.sizes[0].n == 16,
               "experiment: theory and sizes of a curve without simulation");
  experiment.set_distribution(icl::Tasks::sphere);
  checks.fails(icl::Status::state, "", "experiment: a setting drops the results",
               [&] { experiment.result(Quantity::icl); });
  experiment.run();
  checks.check(experiment.result(Quantity::icl).mean != result.mean, "experiment: the law of tasks arrives");
  experiment.set_checkpoint("/");
  checks.fails(icl::Status::io, "", "experiment: a folder is no checkpoint", [&] { experiment.run(); });
}

}  // namespace

void test_theory(Checks &checks) {
  test_limit(checks);
  test_finite(checks);
  test_experiment(checks);
}
