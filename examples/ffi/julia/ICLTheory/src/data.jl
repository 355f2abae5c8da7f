# Tasks, datasets, linear attention itself. C: tasks.h, dataset.h, attention.h.

function TaskPool(d::Integer, k::Real; distribution::Distribution=ICL_TASKS_GAUSSIAN, seed::Integer=0)
    pointer = created(icl_task_pool) do out
        if k == Inf
            icl_task_pool_create_infinite(d, distribution, bits(seed), out)
        else
            icl_task_pool_create(d, k, distribution, bits(seed), out)
        end
    end
    return TaskPool(pointer)
end

function TaskPool(tasks::AbstractMatrix{<:Real})
    d, k = size(tasks)
    pointer = created(icl_task_pool) do out
        icl_task_pool_create_from(d, k, dense(tasks), out)
    end
    return TaskPool(pointer)
end

"The token dimension d of a pool, a dataset or a test law."
dimension(pool::TaskPool) = icl_task_pool_dimension(pool)
dimension(data::Dataset) = icl_dataset_dimension(data)
dimension(law::TestLaw) = law.dimension

"The number of tasks of a pool; 0 for the infinite one. C: `icl_task_pool_size`."
task_count(pool::TaskPool) = icl_task_pool_size(pool)

"The tasks of a finite pool, one a column. C: `icl_task_pool_copy`."
function tasks(pool::TaskPool)
    copied = Matrix{Float64}(undef, dimension(pool), task_count(pool))
    check(icl_task_pool_copy(pool, copied))
    return copied
end

function Dataset(pool::TaskPool, l::Integer, n::Integer; rho::Real=0, seed::Integer=0)
    pointer = created(icl_dataset) do out
        icl_dataset_create(pool, l, n, rho, bits(seed), out)
    end
    return Dataset(pointer)
end

Dataset(d::Integer) = Dataset(created(out -> icl_dataset_create_empty(d, out), icl_dataset))

Base.length(data::Dataset) = icl_dataset_size(data)

"""
    append_sequences!(data, x, y)

Appends raw sequences: tokens `x`, d by l+1 by n, and labels `y`, l+1 by n. C: `icl_dataset_append_sequences`.
"""
function append_sequences!(data::Dataset, x::AbstractArray{<:Real,3}, y::AbstractMatrix{<:Real})
    _, tokens, n = size(x)
    expect_size("x", x, dimension(data), tokens, n)
    expect_size("y", y, tokens, n)
    check(icl_dataset_append_sequences(data, tokens - 1, n, dense(x), dense(y)))
    return data
end

"""
    append_features!(data, query, context, target)

Appends rows: d by n, d+1 by n, and n. C: `icl_dataset_append_features`.
"""
function append_features!(data::Dataset, query::AbstractMatrix{<:Real}, context::AbstractMatrix{<:Real},
                          target::AbstractVector{<:Real})
    d, n = dimension(data), length(target)
    expect_size("query", query, d, n)
    expect_size("context", context, d + 1, n)
    check(icl_dataset_append_features(data, n, dense(query), dense(context), dense(target)))
    return data
end

"The bytes that a fit may use for generated rows. C: `icl_dataset_set_memory_limit`."
function memory_limit!(data::Dataset, bytes::Integer)
    check(icl_dataset_set_memory_limit(data, bytes))
    return data
end

"""
    copy_rows(data, rows=1:length(data))

The `query`, `context` and `target` of a range of rows, one a column. C: `icl_dataset_copy_rows`.
"""
function copy_rows(data::Dataset, rows::AbstractUnitRange{<:Integer}=1:length(data))
    d, n = dimension(data), length(rows)
    query, context, target = Matrix{Float64}(undef, d, n), Matrix{Float64}(undef, d + 1, n), Vector{Float64}(undef, n)
    check(icl_dataset_copy_rows(data, first(rows) - 1, n, query, context, target))
    return (query=query, context=context, target=target)
end

"""
    data_error([report,] data, gamma; threads=1)

Mean squared error of `gamma` on the rows, and its standard error (`NaN` for one row). C: `icl_dataset_error`.
"""
data_error(data::Dataset, gamma::AbstractMatrix{<:Real}; options...) = data_error(quiet, data, gamma; options...)

function data_error(report, data::Dataset, gamma::AbstractMatrix{<:Real}; threads::Integer=1)
    expect_size("gamma", gamma, dimension(data), dimension(data) + 1)
    entries, mean, standard_error = transposed(gamma), Ref(NaN), Ref(NaN)
    wanted = length(data) == 1 ? C_NULL : standard_error
    with_run(report, threads) do run
        icl_dataset_error(data, entries, run, mean, wanted)
    end
    return (mean=mean[], standard_error=standard_error[])
end

"""
    draw_sequences([report,] pool, l, n; rho=0, seed=0, threads=1)

The raw sequences of `Dataset(pool, l, n; rho, seed)`: `x`, d by l+1 by n; `y`, l+1 by n; and `task`, the column of
`tasks(pool)` that each sequence has, 0 for the infinite pool. With `report` they are drawn to memory of the
library's first. C: `icl_sequences_draw`.
"""
draw_sequences(pool::TaskPool, l::Integer, n::Integer; options...) = draw_sequences(nothing, pool, l, n; options...)

function draw_sequences(report, pool::TaskPool, l::Integer, n::Integer; rho::Real=0, seed::Integer=0,
                        threads::Integer=1)
    x, y = Array{Float64}(undef, dimension(pool), l + 1, n), Matrix{Float64}(undef, l + 1, n)
    task = Vector{Int64}(undef, n)
    with_run(report, threads) do run
        icl_sequences_draw(pool, l, n, rho, bits(seed), run, x, y, task)
    end
    return (x=x, y=y, task=task .+ 1)
end

"""
    features(x, y)

The `query`, `context` and `target` of raw sequences, shaped as in `append_sequences!`. C: `icl_features`.
"""
function features(x::AbstractArray{<:Real,3}, y::AbstractMatrix{<:Real})
    d, tokens, n = size(x)
    expect_size("y", y, tokens, n)
    query, context, target = Matrix{Float64}(undef, d, n), Matrix{Float64}(undef, d + 1, n), Vector{Float64}(undef, n)
    check(icl_features(d, tokens - 1, n, dense(x), dense(y), query, context, target))
    return (query=query, context=context, target=target)
end

"""
    predict(gamma, query, context)

The predictions q' Gamma h of n rows: `query` is d by n, `context` d+1 by n. C: `icl_gamma_predict`.
"""
function predict(gamma::AbstractMatrix{<:Real}, query::AbstractMatrix{<:Real}, context::AbstractMatrix{<:Real})
    d, n = size(query)
    expect_size("gamma", gamma, d, d + 1)
    expect_size("context", context, d + 1, n)
    prediction = Vector{Float64}(undef, n)
    check(icl_gamma_predict(d, n, transposed(gamma), dense(query), dense(context), prediction))
    return prediction
end

"""
    attention_predict(V, M, x, y)

The prediction of full linear attention on one prompt: tokens `x`, d by l+1, labels `y`, l. C: `icl_attention_predict`.
"""
function attention_predict(V::AbstractMatrix{<:Real}, M::AbstractMatrix{<:Real}, x::AbstractMatrix{<:Real},
                           y::AbstractVector{<:Real})
    d, tokens = size(x)
    expect_size("V", V, d + 1, d + 1)
    expect_size("M", M, d + 1, d + 1)
    expect_size("y", y, tokens - 1)
    prediction = Ref(NaN)
    check(icl_attention_predict(d, tokens - 1, transposed(V), transposed(M), dense(x), dense(y), prediction))
    return prediction[]
end

"""
    attention_reduce(V, M)

The Gamma of a linear attention, d by d+1. C: `icl_attention_reduce`.
"""
function attention_reduce(V::AbstractMatrix{<:Real}, M::AbstractMatrix{<:Real})
    d = size(V, 1) - 1
    expect_size("V", V, d + 1, d + 1)
    expect_size("M", M, d + 1, d + 1)
    entries = Matrix{Float64}(undef, d + 1, d)
    check(icl_attention_reduce(d, transposed(V), transposed(M), entries))
    return permutedims(entries)
end
