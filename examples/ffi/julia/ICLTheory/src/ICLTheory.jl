"""
The C library libicltheory: in-context learning of linear regression by linear attention, simulation and exact theory.

What is computed, ranges, errors and costs are documented in its headers, `include/icltheory/*.h`, under the names of
the C functions that each docstring gives. Arrays: README.md of this package.
"""
module ICLTheory

using Libdl: dlopen

# The SONAME. __init__ opens the file; the dynamic loader then knows it by this name.
const libicltheory = "libicltheory.so.0"

include("constants.jl")
include("types.jl")
include("library_data.jl")
include("library_results.jl")
include("support.jl")
include("run.jl")
include("data.jl")
include("fits.jl")
include("theory.jl")
include("experiment.jl")

export IclError, TaskPool, Dataset, Estimator, TestLaw, Theory, FiniteTheory, Experiment
export library_version, status_text, dimension, task_count, tasks
export append_sequences!, append_features!, memory_limit!, copy_rows, data_error, draw_sequences
export features, predict, attention_predict, attention_reduce
export set!, fit!, fit_path!, fitted_gamma, fit_report
export test_error, test_error_sampled, moments, optimal_gamma, dmmse_error, bayes_ridge_error
export follow!, theory_value, theory_curve, theory_batch, theory_derivative, theory_minimum, stationary_points
export solve!, predicted_error, run!, result, replicates, sizes, experiment_curve

function __init__()
    dlopen(get(ENV, "ICLTHEORY_LIBRARY", libicltheory))
    icl_version_number() >= 100 || error("libicltheory 0.1 or later was expected, not $(library_version())")
    return nothing
end

end
