# Replicated experiments. C: experiment.h.

function Experiment(d::Integer; tau::Real, alpha::Real, kappa::Real, rho::Real=0, lambda::Real=0, options...)
    experiment = Experiment(created(out -> icl_experiment_create(d, out), icl_experiment))
    experiment[ICL_TAU] = tau
    experiment[ICL_ALPHA] = alpha
    experiment[ICL_KAPPA] = kappa
    experiment[ICL_RHO] = rho
    experiment[ICL_LAMBDA] = lambda
    return set!(experiment; options...)
end

function Base.setindex!(experiment::Experiment, value::Real, parameter::Parameter)
    check(icl_experiment_set(experiment, parameter, value))
    return experiment
end

function set!(experiment::Experiment; distribution::Union{Nothing,Distribution}=nothing,
              replicates::Union{Nothing,Integer}=nothing, seed::Union{Nothing,Integer}=nothing,
              checkpoint::Union{Nothing,AbstractString}=nothing)
    distribution === nothing || check(icl_experiment_set_distribution(experiment, distribution))
    if replicates !== nothing
        check(icl_experiment_set_replicates(experiment, replicates))
        experiment.replicates = replicates
    end
    seed === nothing || check(icl_experiment_set_seed(experiment, bits(seed)))
    if checkpoint !== nothing
        check(icl_experiment_set_checkpoint(experiment, isempty(checkpoint) ? C_NULL : checkpoint))
    end
    return experiment
end

"""
    run!([report,] experiment; threads=1)

Computes the replicates. C: `icl_experiment_run`.
"""
run!(experiment::Experiment; options...) = run!(quiet, experiment; options...)

function run!(report, experiment::Experiment; threads::Integer=1)
    with_run(report, threads) do run
        icl_experiment_run(experiment, run)
    end
    return experiment
end

"The `mean` over replicates and its `standard_error`, after a run. C: `icl_experiment_result`."
function result(experiment::Experiment, quantity::Quantity)
    mean, standard_error = Ref(NaN), Ref(NaN)
    check(icl_experiment_result(experiment, quantity, mean, standard_error))
    return (mean=mean[], standard_error=standard_error[])
end

"The replicates one by one, after a run. C: `icl_experiment_replicates`."
function replicates(experiment::Experiment, quantity::Quantity)
    values = Vector{Float64}(undef, experiment.replicates)
    check(icl_experiment_replicates(experiment, quantity, values))
    return values
end

"The sizes `d`, `l`, `k` (0: infinite) and `n` (0: the population Gamma). C: `icl_experiment_sizes`."
function sizes(experiment::Experiment)
    d, l, k, n = Ref{Int64}(0), Ref{Int64}(0), Ref{Int64}(0), Ref{Int64}(0)
    check(icl_experiment_sizes(experiment, d, l, k, n))
    return (d=d[], l=l[], k=k[], n=n[])
end

function theory_value(experiment::Experiment, quantity::Quantity)
    value = Ref(NaN)
    check(icl_experiment_theory(experiment, quantity, value))
    return value[]
end

"""
    experiment_curve([report,] experiment, vary, at, quantities; simulate=true, threads=1)

The experiment where the parameter `vary` has the values `at`: matrices `mean`, `standard_error` (`NaN` without
simulation) and `theory`, one row for each value and one column for each of `quantities`, and `sizes`, with columns d,
l, k, n. C: `icl_experiment_curve`.
"""
experiment_curve(experiment::Experiment, vary::Parameter, at::AbstractVector{<:Real},
                 quantities::AbstractVector{Quantity}; options...) =
    experiment_curve(quiet, experiment, vary, at, quantities; options...)

function experiment_curve(report, experiment::Experiment, vary::Parameter, at::AbstractVector{<:Real},
                          quantities::AbstractVector{Quantity}; simulate::Bool=true, threads::Integer=1)
    points, codes = dense(at), Int32[Int32(quantity) for quantity in quantities]
    shape = (length(codes), length(points))
    mean, standard_error, theory = fill(NaN, shape), fill(NaN, shape), fill(NaN, shape)
    sizes = Matrix{Int64}(undef, 4, length(points))
    with_run(report, threads) do run
        icl_experiment_curve(experiment, vary, length(points), points, length(codes), codes, run,
                             simulate ? mean : C_NULL, simulate ? standard_error : C_NULL, theory, sizes)
    end
    return (mean=permutedims(mean), standard_error=permutedims(standard_error), theory=permutedims(theory),
            sizes=permutedims(sizes))
end
