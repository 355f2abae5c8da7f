# C's opaque structures, of which there are only pointers here, and the objects that own such a pointer.

mutable struct icl_run end
mutable struct icl_task_pool end
mutable struct icl_dataset end
mutable struct icl_estimator end
mutable struct icl_test_law end
mutable struct icl_theory end
mutable struct icl_finite_theory end
mutable struct icl_experiment end

"""
The owner of a C object: `close` destroys it at once, the garbage collector does so otherwise. It must not be closed
while another thread uses it.
"""
abstract type Handle end

mutable struct Run <: Handle
    pointer::Ptr{icl_run}
    Run(pointer::Ptr{icl_run}) = finalizer(close, new(pointer))
end

"""
    TaskPool(d, k; distribution=ICL_TASKS_GAUSSIAN, seed=0)
    TaskPool(tasks)

A pool of `k` drawn tasks, the infinite pool for `k = Inf`, or a pool of the columns of `tasks`, a `d` by `k` matrix.
C: `icl_task_pool_create`, `icl_task_pool_create_infinite`, `icl_task_pool_create_from`.
"""
mutable struct TaskPool <: Handle
    pointer::Ptr{icl_task_pool}
    TaskPool(pointer::Ptr{icl_task_pool}) = finalizer(close, new(pointer))
end

"""
    Dataset(pool, l, n; rho=0, seed=0)
    Dataset(d)

`n` generated sequences of context length `l`, or an empty dataset for data of yours. `length` is the number of rows.
C: `icl_dataset_create`, `icl_dataset_create_empty`.
"""
mutable struct Dataset <: Handle
    pointer::Ptr{icl_dataset}
    Dataset(pointer::Ptr{icl_dataset}) = finalizer(close, new(pointer))
end

"""
    Estimator(; lambda, method, tolerance, max_iterations)

Settings and result of a fit. What is not given has the library's default; `set!` changes it later.
C: `icl_estimator_create`.
"""
mutable struct Estimator <: Handle
    pointer::Ptr{icl_estimator}
    dimension::Int64 # of the fitted Gamma; 0: there is none
    Estimator(pointer::Ptr{icl_estimator}) = finalizer(close, new(pointer, 0))
end

"""
    TestLaw(d, l; rho=0, distribution=ICL_TASKS_GAUSSIAN)
    TestLaw(covariance, l; rho=0)
    TestLaw(pool, l; rho=0)

The law of test sequences: fresh tasks, fresh tasks of a covariance, or the tasks of a pool.
C: `icl_test_law_create_fresh`, `icl_test_law_create_gaussian`, `icl_test_law_create_pool`.
"""
mutable struct TestLaw <: Handle
    pointer::Ptr{icl_test_law}
    dimension::Int64
    TestLaw(pointer::Ptr{icl_test_law}, dimension::Int64) = finalizer(close, new(pointer, dimension))
end

"""
    Theory(; tau, alpha, kappa, rho=0, lambda=0)

A point of the theory in the limit of large d; parameters may be `Inf` where the header allows it. `theory[ICL_TAU]`
reads a parameter, `theory[ICL_TAU] = 2` changes it. C: `icl_theory_create`, `icl_theory_get`, `icl_theory_set`.
"""
mutable struct Theory <: Handle
    pointer::Ptr{icl_theory}
    Theory(pointer::Ptr{icl_theory}) = finalizer(close, new(pointer))
end

"""
    FiniteTheory(pool, l, n; rho=0, lambda=0, level=ICL_FINITE_CORRECTED, samples=nothing, seed=0)

The theory of a finite model, to be solved with `solve!`. C: `icl_finite_theory_create`.
"""
mutable struct FiniteTheory <: Handle
    pointer::Ptr{icl_finite_theory}
    FiniteTheory(pointer::Ptr{icl_finite_theory}) = finalizer(close, new(pointer))
end

"""
    Experiment(d; tau, alpha, kappa, rho=0, lambda=0, distribution, replicates, seed, checkpoint)

Replicated fits at finite size, to be run with `run!`. What is not given has the library's default;
`experiment[ICL_TAU] = 2` changes a parameter, `set!` the rest. C: `icl_experiment_create`, `icl_experiment_set`.
"""
mutable struct Experiment <: Handle
    pointer::Ptr{icl_experiment}
    replicates::Int64
    Experiment(pointer::Ptr{icl_experiment}) = finalizer(close, new(pointer, 10)) # C's default
end
