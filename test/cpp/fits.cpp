// Fits, test errors and baselines.
#include "checks.hpp"

namespace {

using icl::Vector;

const int64_t d = 4, l = 12;
const double rho = 0.1;

void test_estimator(Checks &checks) {
  const icl::TaskPool pool(d, 3, icl::Tasks::gaussian, 1);
  const icl::Dataset data(pool, l, 60, rho, 2), small(icl::TaskPool(2, 3, icl::Tasks::gaussian, 1), l, 60, rho, 2);
  icl::Estimator fit;
  checks.fails(icl::Status::state, "", "fit: no Gamma before it", [&] { fit.gamma(); });
  fit.set_lambda(0.3);
  fit.set_method(icl::Method::primal);
  fit.set_tolerance(1e-9);
  fit.set_max_iterations(50);
  fit.fit(data);
  const Vector primal = fit.gamma();
  const icl::Estimator::Report report = fit.report();
  checks.check(primal.size() == 20 && report.method == icl::Method::primal && report.relative_residual < 1e-9,
               "fit: primal");
  checks.check(report.iterations >= 1 && close(report.training_error, data.error(primal).mean, 1e-12),
               "fit: the report's training error is the data's");
  fit.set_method(icl::Method::conjugate_gradients);
  const Vector path = fit.fit_path(data, {0.3, 2.0});
  bool same = path.size() == 40;
  for (std::size_t i = 0; same && i < 20; i++) same = std::fabs(path[i] - primal[i]) < 1e-6;
  checks.check(same && Vector(path.begin() + 20, path.end()) == fit.gamma(), "fit: a path");
  fit.set_method(icl::Method::dual);
  fit.fit(data);
  checks.check(std::fabs(fit.gamma()[7] - primal[7]) < 1e-9 && fit.report().method == icl::Method::dual, "fit: dual");
  fit.set_method(icl::Method::automatic);

  // A refused call leaves the earlier Gamma, which has another dimension.
  checks.fails(icl::Status::domain, "lambda", "fit: a path with a bad ridge", [&] { fit.fit_path(small, {-1.0}); });
  checks.check(fit.gamma().size() == 20, "fit: the earlier Gamma is still there");
  fit.set_tolerance(1e-300);
  checks.fails(icl::Status::not_converged, "", "fit: a tolerance that cannot be reached", [&] { fit.fit(small); });
  checks.check(fit.gamma().size() == 6 && fit.report().relative_residual < 1e-6, "fit: the best Gamma can be read");
}

void test_laws(Checks &checks) {
  const icl::TaskPool pool(d, 3, icl::Tasks::gaussian, 1);
  const icl::TestLaw fresh = icl::TestLaw::fresh(d, l, rho, icl::Tasks::gaussian);
  const icl::TestLaw ofpool = icl::TestLaw::of_pool(pool, l, rho);
  Vector identity(16, 0.0);
  for (std::size_t i = 0; i < 4; i++) identity[5 * i] = 1.0;
  const icl::TestLaw gaussian = icl::TestLaw::gaussian(d, l, rho, identity);
  const Vector zero(20, 0.0), best = fresh.optimal_gamma(0.0);
  const icl::TestLaw::Moments moments = fresh.moments();
  checks.check(moments.A.size() == 20 && moments.B.size() == 25 && close(moments.c, 1.0 + rho, 1e-14), "law: moments");
  checks.check(close(fresh.error(zero), 1.0 + rho, 1e-14), "law: error of Gamma = 0");
  checks.check(close(fresh.error(best), gaussian.error(best), 1e-12), "law: Gaussian tasks of covariance I are fresh");
  checks.check(fresh.error(best) < fresh.error(zero) && ofpool.error(ofpool.optimal_gamma(0.0)) < ofpool.error(best),
               "law: the optimal Gamma is better than others, for each its own");
  const icl::Estimate sampled = fresh.error_sampled(best, 20000, 5);
  // Fixed seed; 5 standard errors.
  checks.check(std::fabs(sampled.mean - fresh.error(best)) < 5.0 * sampled.standard_error, "law: sampled error");
  checks.fails(icl::Status::argument, "gamma has 19 entries; 20 were expected", "law: a short Gamma",
               [&] { fresh.error(Vector(19)); });

  const icl::Estimate dmmse = icl::dmmse_error(pool, ofpool, 4000, 1), ridge = icl::bayes_ridge_error(fresh, 4000, 1);
  checks.check(dmmse.mean >= rho && dmmse.mean < ofpool.error(ofpool.optimal_gamma(0.0)), "dMMSE is better than Gamma");
  checks.check(ridge.mean >= rho && ridge.mean < fresh.error(best) && ridge.standard_error > 0.0,
               "Bayes ridge is better than Gamma");
  checks.fails(icl::Status::unsupported, "infinite", "dMMSE needs a finite pool", [&] {
    icl::dmmse_error(icl::TaskPool::infinite(d, icl::Tasks::gaussian, 1), fresh, 10, 1);
  });
}

}  // namespace

void test_fits(Checks &checks) {
  test_estimator(checks);
  test_laws(checks);
}
