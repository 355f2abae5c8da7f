# Fits, test errors, baselines. C: estimator.h, testerror.h, baseline.h.

Estimator(; options...) = set!(Estimator(created(icl_estimator_create, icl_estimator)); options...)

"""
    set!(estimator; lambda, method, tolerance, max_iterations)
    set!(experiment; distribution, replicates, seed, checkpoint)

Changes what is given. A `checkpoint` of `""` is none. C: `icl_estimator_set_*`, `icl_experiment_set_*`.
"""
function set!(estimator::Estimator; lambda::Union{Nothing,Real}=nothing, method::Union{Nothing,Solver}=nothing,
              tolerance::Union{Nothing,Real}=nothing, max_iterations::Union{Nothing,Integer}=nothing)
    lambda === nothing || check(icl_estimator_set_lambda(estimator, lambda))
    method === nothing || check(icl_estimator_set_method(estimator, method))
    tolerance === nothing || check(icl_estimator_set_tolerance(estimator, tolerance))
    max_iterations === nothing || check(icl_estimator_set_max_iterations(estimator, max_iterations))
    return estimator
end

# Remembers of what dimension the result is, if there is one.
function note_result(estimator::Estimator, data::Dataset, status::Int32)
    there_is_one = status == ICL_OK || status == ICL_ERR_NOT_CONVERGED
    estimator.dimension = there_is_one ? dimension(data) : 0
    return status
end

"""
    fit!([report,] estimator, data; threads=1)

Fits Gamma. After an `IclError` of status `ICL_ERR_NOT_CONVERGED` the best one found can be read.
C: `icl_estimator_fit`.
"""
fit!(estimator::Estimator, data::Dataset; options...) = fit!(quiet, estimator, data; options...)

function fit!(report, estimator::Estimator, data::Dataset; threads::Integer=1)
    with_run(report, threads) do run
        note_result(estimator, data, icl_estimator_fit(estimator, data, run))
    end
    return estimator
end

"""
    fit_path!([report,] estimator, data, lambda; threads=1)

Fits Gamma for each ridge of `lambda`; an array d by d+1 by `length(lambda)`. C: `icl_estimator_fit_path`.
"""
fit_path!(estimator::Estimator, data::Dataset, lambda::AbstractVector{<:Real}; options...) =
    fit_path!(quiet, estimator, data, lambda; options...)

function fit_path!(report, estimator::Estimator, data::Dataset, lambda::AbstractVector{<:Real}; threads::Integer=1)
    d, ridges = dimension(data), dense(lambda)
    entries = Array{Float64}(undef, d + 1, d, length(ridges))
    with_run(report, threads) do run
        status = icl_estimator_fit_path(estimator, data, length(ridges), ridges, run, entries)
        note_result(estimator, data, status)
    end
    return permutedims(entries, (2, 1, 3))
end

"The fitted Gamma, d by d+1. C: `icl_estimator_gamma`."
function fitted_gamma(estimator::Estimator)
    d = estimator.dimension
    d > 0 || throw(IclError(ICL_ERR_STATE, "there is no fit"))
    entries = Matrix{Float64}(undef, d + 1, d)
    check(icl_estimator_gamma(estimator, entries))
    return permutedims(entries)
end

"How the fit went: `method`, `iterations`, `relative_residual`, `training_error`. C: `icl_estimator_report`."
function fit_report(estimator::Estimator)
    method, iterations = Ref{Int32}(0), Ref{Int64}(0)
    relative_residual, training_error = Ref(NaN), Ref(NaN)
    check(icl_estimator_report(estimator, method, iterations, relative_residual, training_error))
    return (method=Solver(method[]), iterations=iterations[], relative_residual=relative_residual[],
            training_error=training_error[])
end

function TestLaw(d::Integer, l::Integer; rho::Real=0, distribution::Distribution=ICL_TASKS_GAUSSIAN)
    pointer = created(icl_test_law) do out
        icl_test_law_create_fresh(d, l, rho, distribution, out)
    end
    return TestLaw(pointer, Int64(d))
end

function TestLaw(covariance::AbstractMatrix{<:Real}, l::Integer; rho::Real=0)
    d = size(covariance, 1)
    expect_size("covariance", covariance, d, d)
    pointer = created(icl_test_law) do out
        icl_test_law_create_gaussian(d, l, rho, transposed(covariance), out)
    end
    return TestLaw(pointer, Int64(d))
end

function TestLaw(pool::TaskPool, l::Integer; rho::Real=0)
    pointer = created(icl_test_law) do out
        icl_test_law_create_pool(pool, l, rho, out)
    end
    return TestLaw(pointer, dimension(pool))
end

"The exact test error of `gamma`. C: `icl_test_error`."
function test_error(law::TestLaw, gamma::AbstractMatrix{<:Real})
    expect_size("gamma", gamma, dimension(law), dimension(law) + 1)
    value = Ref(NaN)
    check(icl_test_error(law, transposed(gamma), value))
    return value[]
end

# The mean and standard error that sample(run, mean, standard_error) stores.
function sampled(sample, report, threads::Integer)
    mean, standard_error = Ref(NaN), Ref(NaN)
    with_run(run -> sample(run, mean, standard_error), report, threads)
    return (mean=mean[], standard_error=standard_error[])
end

"""
    test_error_sampled([report,] law, gamma, count; seed=0, threads=1)

The test error from `count` drawn sequences: `mean` and `standard_error`. C: `icl_test_error_sampled`.
"""
test_error_sampled(law::TestLaw, gamma::AbstractMatrix{<:Real}, count::Integer; options...) =
    test_error_sampled(quiet, law, gamma, count; options...)

function test_error_sampled(report, law::TestLaw, gamma::AbstractMatrix{<:Real}, count::Integer; seed::Integer=0,
                            threads::Integer=1)
    expect_size("gamma", gamma, dimension(law), dimension(law) + 1)
    entries = transposed(gamma)
    return sampled(report, threads) do run, mean, standard_error
        icl_test_error_sampled(law, entries, count, bits(seed), run, mean, standard_error)
    end
end

"The moments `A`, d by d+1, `B`, d+1 by d+1, and `c` of a test law. C: `icl_test_law_moments`."
function moments(law::TestLaw)
    d = dimension(law)
    A, B, c = Matrix{Float64}(undef, d + 1, d), Matrix{Float64}(undef, d + 1, d + 1), Ref(NaN)
    check(icl_test_law_moments(law, A, B, c))
    return (A=permutedims(A), B=permutedims(B), c=c[])
end

"The Gamma of infinitely many sequences of this law, d by d+1. C: `icl_test_law_optimal_gamma`."
function optimal_gamma(law::TestLaw; lambda::Real=0)
    d = dimension(law)
    entries = Matrix{Float64}(undef, d + 1, d)
    check(icl_test_law_optimal_gamma(law, lambda, entries))
    return permutedims(entries)
end

"""
    dmmse_error([report,] pool, law, count; seed=0, threads=1)

The error of the predictor that knows the pool, from `count` contexts: `mean` and `standard_error`.
C: `icl_dmmse_error`.
"""
dmmse_error(pool::TaskPool, law::TestLaw, count::Integer; options...) =
    dmmse_error(quiet, pool, law, count; options...)

function dmmse_error(report, pool::TaskPool, law::TestLaw, count::Integer; seed::Integer=0, threads::Integer=1)
    return sampled(report, threads) do run, mean, standard_error
        icl_dmmse_error(pool, law, count, bits(seed), run, mean, standard_error)
    end
end

"""
    bayes_ridge_error([report,] law, count; seed=0, threads=1)

The error of Bayes ridge regression, from `count` contexts: `mean` and `standard_error`. C: `icl_bayes_ridge_error`.
"""
bayes_ridge_error(law::TestLaw, count::Integer; options...) = bayes_ridge_error(quiet, law, count; options...)

function bayes_ridge_error(report, law::TestLaw, count::Integer; seed::Integer=0, threads::Integer=1)
    return sampled(report, threads) do run, mean, standard_error
        icl_bayes_ridge_error(law, count, bits(seed), run, mean, standard_error)
    end
end
