# The theory, in the limit and at finite size. C: theory.h, finite.h.

function Theory(; tau::Real, alpha::Real, kappa::Real, rho::Real=0, lambda::Real=0)
    pointer = created(icl_theory) do out
        icl_theory_create(tau, alpha, kappa, rho, lambda, out)
    end
    return Theory(pointer)
end

function Base.getindex(theory::Theory, parameter::Parameter)
    value = Ref(NaN)
    check(icl_theory_get(theory, parameter, value))
    return value[]
end

function Base.setindex!(theory::Theory, value::Real, parameter::Parameter)
    check(icl_theory_set(theory, parameter, value))
    return theory
end

"Lets `ICL_TEST_ALPHA` or `ICL_TEST_RHO` follow pretraining's again. C: `icl_theory_clear`."
function follow!(theory::Theory, parameter::Parameter)
    check(icl_theory_clear(theory, parameter))
    return theory
end

"""
    theory_value(theory, quantity)
    theory_value(experiment, quantity)

A quantity at the point, or at the ratios that the sizes of an experiment realise.
C: `icl_theory_value`, `icl_experiment_theory`.
"""
function theory_value(theory::Theory, quantity::Quantity)
    value = Ref(NaN)
    check(icl_theory_value(theory, quantity, value))
    return value[]
end

"""
    theory_curve(theory, quantity, vary, at)

The quantity where the parameter `vary` has the values `at`. C: `icl_theory_curve`.
"""
function theory_curve(theory::Theory, quantity::Quantity, vary::Parameter, at::AbstractVector{<:Real})
    points = dense(at)
    values = similar(points)
    check(icl_theory_curve(theory, quantity, vary, length(points), points, values))
    return values
end

"""
    theory_batch(quantity; tau, alpha, kappa, rho=0, lambda=0)

The quantity at many points: parameters are numbers or arrays, which are broadcast. C: `icl_theory_batch`.
"""
function theory_batch(quantity::Quantity; tau, alpha, kappa, rho=0, lambda=0)
    points = broadcast(tuple, tau, alpha, kappa, rho, lambda)
    points isa AbstractArray || throw(ArgumentError("at least one parameter has to be an array"))
    column(i) = dense(map(point -> Float64(point[i]), points))
    values = similar(column(1))
    check(icl_theory_batch(length(points), column(1), column(2), column(3), column(4), column(5), quantity, values))
    return values
end

"The derivative of a quantity with respect to a parameter. C: `icl_theory_derivative`."
function theory_derivative(theory::Theory, quantity::Quantity, parameter::Parameter)
    value = Ref(NaN)
    check(icl_theory_derivative(theory, quantity, parameter, value))
    return value[]
end

"""
    theory_minimum(theory, quantity, vary; lower=0, upper=Inf)

The least value of the quantity along the parameter `vary`: `at` and `value`. C: `icl_theory_minimum`.
"""
function theory_minimum(theory::Theory, quantity::Quantity, vary::Parameter; lower::Real=0, upper::Real=Inf)
    at, value = Ref(NaN), Ref(NaN)
    check(icl_theory_minimum(theory, quantity, vary, lower, upper, at, value))
    return (at=at[], value=value[])
end

"""
    stationary_points(theory, quantity, vary; lower=0, upper=Inf)

Every stationary point of the quantity along the parameter `vary`, ascending. C: `icl_theory_stationary`.
"""
function stationary_points(theory::Theory, quantity::Quantity, vary::Parameter; lower::Real=0, upper::Real=Inf)
    at, count = Vector{Float64}(undef, 16), Ref{Int64}(0)
    find() = check(icl_theory_stationary(theory, quantity, vary, lower, upper, length(at), at, count))
    find()
    if count[] > length(at)
        resize!(at, count[])
        find()
    end
    return resize!(at, count[])
end

function FiniteTheory(pool::TaskPool, l::Integer, n::Integer; rho::Real=0, lambda::Real=0,
                      level::Level=ICL_FINITE_CORRECTED, samples::Union{Nothing,Integer}=nothing, seed::Integer=0)
    pointer = created(icl_finite_theory) do out
        icl_finite_theory_create(pool, l, n, rho, lambda, level, out)
    end
    theory = FiniteTheory(pointer)
    samples === nothing || check(icl_finite_theory_set_samples(theory, samples))
    check(icl_finite_theory_set_seed(theory, bits(seed)))
    return theory
end

"""
    solve!([report,] theory; threads=1)

Solves the theory of a finite model. C: `icl_finite_theory_solve`.
"""
solve!(theory::FiniteTheory; options...) = solve!(quiet, theory; options...)

function solve!(report, theory::FiniteTheory; threads::Integer=1)
    with_run(report, threads) do run
        icl_finite_theory_solve(theory, run)
    end
    return theory
end

"""
    predicted_error(theory, law)

The test error that a solved `FiniteTheory` predicts, and the standard error of its sampling: `error`, `standard_error`.
C: `icl_finite_theory_error`.
"""
function predicted_error(theory::FiniteTheory, law::TestLaw)
    value, standard_error = Ref(NaN), Ref(NaN)
    check(icl_finite_theory_error(theory, law, value, standard_error))
    return (error=value[], standard_error=standard_error[])
end
