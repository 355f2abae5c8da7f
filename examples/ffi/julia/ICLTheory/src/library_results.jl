# The C functions as they are: second half. See library_data.jl.

# estimator.h

icl_estimator_create(out) =
    @ccall libicltheory.icl_estimator_create(out::Ptr{Ptr{icl_estimator}})::Int32

icl_estimator_set_lambda(estimator, lambda) =
    @ccall libicltheory.icl_estimator_set_lambda(estimator::Ptr{icl_estimator}, lambda::Float64)::Int32

icl_estimator_set_method(estimator, method) =
    @ccall libicltheory.icl_estimator_set_method(estimator::Ptr{icl_estimator}, method::Int32)::Int32

icl_estimator_set_tolerance(estimator, relative) =
    @ccall libicltheory.icl_estimator_set_tolerance(estimator::Ptr{icl_estimator}, relative::Float64)::Int32

icl_estimator_set_max_iterations(estimator, count) =
    @ccall libicltheory.icl_estimator_set_max_iterations(estimator::Ptr{icl_estimator}, count::Int64)::Int32

icl_estimator_fit(estimator, dataset, run) =
    @ccall libicltheory.icl_estimator_fit(
        estimator::Ptr{icl_estimator}, dataset::Ptr{icl_dataset}, run::Ptr{icl_run}
    )::Int32

icl_estimator_fit_path(estimator, dataset, count, lambda, run, gamma) =
    @ccall libicltheory.icl_estimator_fit_path(
        estimator::Ptr{icl_estimator}, dataset::Ptr{icl_dataset}, count::Int64, lambda::Ptr{Float64},
        run::Ptr{icl_run}, gamma::Ptr{Float64}
    )::Int32

icl_estimator_gamma(estimator, gamma) =
    @ccall libicltheory.icl_estimator_gamma(estimator::Ptr{icl_estimator}, gamma::Ptr{Float64})::Int32

icl_estimator_report(estimator, method, iterations, relative_residual, training_error) =
    @ccall libicltheory.icl_estimator_report(
        estimator::Ptr{icl_estimator}, method::Ptr{Int32}, iterations::Ptr{Int64},
        relative_residual::Ptr{Float64}, training_error::Ptr{Float64}
    )::Int32

icl_estimator_destroy(estimator) =
    @ccall libicltheory.icl_estimator_destroy(estimator::Ptr{icl_estimator})::Cvoid

# testerror.h

icl_test_law_create_fresh(d, l, rho, distribution, out) =
    @ccall libicltheory.icl_test_law_create_fresh(
        d::Int64, l::Int64, rho::Float64, distribution::Int32, out::Ptr{Ptr{icl_test_law}}
    )::Int32

icl_test_law_create_gaussian(d, l, rho, covariance, out) =
    @ccall libicltheory.icl_test_law_create_gaussian(
        d::Int64, l::Int64, rho::Float64, covariance::Ptr{Float64}, out::Ptr{Ptr{icl_test_law}}
    )::Int32

icl_test_law_create_pool(pool, l, rho, out) =
    @ccall libicltheory.icl_test_law_create_pool(
        pool::Ptr{icl_task_pool}, l::Int64, rho::Float64, out::Ptr{Ptr{icl_test_law}}
    )::Int32

icl_test_error(law, gamma, error) =
    @ccall libicltheory.icl_test_error(
        law::Ptr{icl_test_law}, gamma::Ptr{Float64}, error::Ptr{Float64}
    )::Int32

icl_test_error_sampled(law, gamma, count, seed, run, mean, standard_error) =
    @ccall libicltheory.icl_test_error_sampled(
        law::Ptr{icl_test_law}, gamma::Ptr{Float64}, count::Int64, seed::UInt64, run::Ptr{icl_run},
        mean::Ptr{Float64}, standard_error::Ptr{Float64}
    )::Int32

icl_test_law_moments(law, A, B, c) =
    @ccall libicltheory.icl_test_law_moments(
        law::Ptr{icl_test_law}, A::Ptr{Float64}, B::Ptr{Float64}, c::Ptr{Float64}
    )::Int32

icl_test_law_optimal_gamma(law, lambda, gamma) =
    @ccall libicltheory.icl_test_law_optimal_gamma(
        law::Ptr{icl_test_law}, lambda::Float64, gamma::Ptr{Float64}
    )::Int32

icl_test_law_destroy(law) =
    @ccall libicltheory.icl_test_law_destroy(law::Ptr{icl_test_law})::Cvoid

# baseline.h

icl_dmmse_error(pool, law, count, seed, run, mean, standard_error) =
    @ccall libicltheory.icl_dmmse_error(
        pool::Ptr{icl_task_pool}, law::Ptr{icl_test_law}, count::Int64, seed::UInt64, run::Ptr{icl_run},
        mean::Ptr{Float64}, standard_error::Ptr{Float64}
    )::Int32

icl_bayes_ridge_error(law, count, seed, run, mean, standard_error) =
    @ccall libicltheory.icl_bayes_ridge_error(
        law::Ptr{icl_test_law}, count::Int64, seed::UInt64, run::Ptr{icl_run}, mean::Ptr{Float64},
        standard_error::Ptr{Float64}
    )::Int32

# theory.h

icl_theory_create(tau, alpha, kappa, rho, lambda, out) =
    @ccall libicltheory.icl_theory_create(
        tau::Float64, alpha::Float64, kappa::Float64, rho::Float64, lambda::Float64,
        out::Ptr{Ptr{icl_theory}}
    )::Int32

icl_theory_set(theory, parameter, value) =
    @ccall libicltheory.icl_theory_set(theory::Ptr{icl_theory}, parameter::Int32, value::Float64)::Int32

icl_theory_clear(theory, parameter) =
    @ccall libicltheory.icl_theory_clear(theory::Ptr{icl_theory}, parameter::Int32)::Int32

icl_theory_get(theory, parameter, value) =
    @ccall libicltheory.icl_theory_get(theory::Ptr{icl_theory}, parameter::Int32, value::Ptr{Float64})::Int32

icl_theory_value(theory, quantity, value) =
    @ccall libicltheory.icl_theory_value(theory::Ptr{icl_theory}, quantity::Int32, value::Ptr{Float64})::Int32

icl_theory_curve(theory, quantity, vary, count, at, values) =
    @ccall libicltheory.icl_theory_curve(
        theory::Ptr{icl_theory}, quantity::Int32, vary::Int32, count::Int64, at::Ptr{Float64},
        values::Ptr{Float64}
    )::Int32

icl_theory_batch(count, tau, alpha, kappa, rho, lambda, quantity, values) =
    @ccall libicltheory.icl_theory_batch(
        count::Int64, tau::Ptr{Float64}, alpha::Ptr{Float64}, kappa::Ptr{Float64}, rho::Ptr{Float64},
        lambda::Ptr{Float64}, quantity::Int32, values::Ptr{Float64}
    )::Int32

icl_theory_derivative(theory, quantity, parameter, value) =
    @ccall libicltheory.icl_theory_derivative(
        theory::Ptr{icl_theory}, quantity::Int32, parameter::Int32, value::Ptr{Float64}
    )::Int32

icl_theory_minimum(theory, quantity, vary, lower, upper, at, value) =
    @ccall libicltheory.icl_theory_minimum(
        theory::Ptr{icl_theory}, quantity::Int32, vary::Int32, lower::Float64, upper::Float64,
        at::Ptr{Float64}, value::Ptr{Float64}
    )::Int32

icl_theory_stationary(theory, quantity, vary, lower, upper, capacity, at, count) =
    @ccall libicltheory.icl_theory_stationary(
        theory::Ptr{icl_theory}, quantity::Int32, vary::Int32, lower::Float64, upper::Float64,
        capacity::Int64, at::Ptr{Float64}, count::Ptr{Int64}
    )::Int32

icl_theory_destroy(theory) =
    @ccall libicltheory.icl_theory_destroy(theory::Ptr{icl_theory})::Cvoid

# finite.h

icl_finite_theory_create(pool, l, n, rho, lambda, level, out) =
    @ccall libicltheory.icl_finite_theory_create(
        pool::Ptr{icl_task_pool}, l::Int64, n::Int64, rho::Float64, lambda::Float64, level::Int32,
        out::Ptr{Ptr{icl_finite_theory}}
    )::Int32

icl_finite_theory_set_samples(theory, count) =
    @ccall libicltheory.icl_finite_theory_set_samples(theory::Ptr{icl_finite_theory}, count::Int64)::Int32

icl_finite_theory_set_seed(theory, seed) =
    @ccall libicltheory.icl_finite_theory_set_seed(theory::Ptr{icl_finite_theory}, seed::UInt64)::Int32

icl_finite_theory_solve(theory, run) =
    @ccall libicltheory.icl_finite_theory_solve(theory::Ptr{icl_finite_theory}, run::Ptr{icl_run})::Int32

icl_finite_theory_error(theory, law, error, standard_error) =
    @ccall libicltheory.icl_finite_theory_error(
        theory::Ptr{icl_finite_theory}, law::Ptr{icl_test_law}, error::Ptr{Float64},
        standard_error::Ptr{Float64}
    )::Int32

icl_finite_theory_destroy(theory) =
    @ccall libicltheory.icl_finite_theory_destroy(theory::Ptr{icl_finite_theory})::Cvoid

# experiment.h

icl_experiment_create(d, out) =
    @ccall libicltheory.icl_experiment_create(d::Int64, out::Ptr{Ptr{icl_experiment}})::Int32

icl_experiment_set(experiment, parameter, value) =
    @ccall libicltheory.icl_experiment_set(
        experiment::Ptr{icl_experiment}, parameter::Int32, value::Float64
    )::Int32

icl_experiment_set_distribution(experiment, distribution) =
    @ccall libicltheory.icl_experiment_set_distribution(
        experiment::Ptr{icl_experiment}, distribution::Int32
    )::Int32

icl_experiment_set_replicates(experiment, count) =
    @ccall libicltheory.icl_experiment_set_replicates(experiment::Ptr{icl_experiment}, count::Int64)::Int32

icl_experiment_set_seed(experiment, seed) =
    @ccall libicltheory.icl_experiment_set_seed(experiment::Ptr{icl_experiment}, seed::UInt64)::Int32

icl_experiment_set_checkpoint(experiment, path) =
    @ccall libicltheory.icl_experiment_set_checkpoint(experiment::Ptr{icl_experiment}, path::Cstring)::Int32

icl_experiment_run(experiment, run) =
    @ccall libicltheory.icl_experiment_run(experiment::Ptr{icl_experiment}, run::Ptr{icl_run})::Int32

icl_experiment_result(experiment, quantity, mean, standard_error) =
    @ccall libicltheory.icl_experiment_result(
        experiment::Ptr{icl_experiment}, quantity::Int32, mean::Ptr{Float64},
        standard_error::Ptr{Float64}
    )::Int32

icl_experiment_replicates(experiment, quantity, values) =
    @ccall libicltheory.icl_experiment_replicates(
        experiment::Ptr{icl_experiment}, quantity::Int32, values::Ptr{Float64}
    )::Int32

icl_experiment_sizes(experiment, d, l, k, n) =
    @ccall libicltheory.icl_experiment_sizes(
        experiment::Ptr{icl_experiment}, d::Ptr{Int64}, l::Ptr{Int64}, k::Ptr{Int64}, n::Ptr{Int64}
    )::Int32

icl_experiment_theory(experiment, quantity, value) =
    @ccall libicltheory.icl_experiment_theory(
        experiment::Ptr{icl_experiment}, quantity::Int32, value::Ptr{Float64}
    )::Int32

icl_experiment_curve(experiment, vary, count, at, quantity_count, quantities, run, mean, standard_error, theory,
                     sizes) =
    @ccall libicltheory.icl_experiment_curve(
        experiment::Ptr{icl_experiment}, vary::Int32, count::Int64, at::Ptr{Float64},
        quantity_count::Int64, quantities::Ptr{Int32}, run::Ptr{icl_run}, mean::Ptr{Float64},
        standard_error::Ptr{Float64}, theory::Ptr{Float64}, sizes::Ptr{Int64}
    )::Int32

icl_experiment_destroy(experiment) =
    @ccall libicltheory.icl_experiment_destroy(experiment::Ptr{icl_experiment})::Cvoid
