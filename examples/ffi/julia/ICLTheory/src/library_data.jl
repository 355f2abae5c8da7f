# The C functions as they are: first half. Every declaration is held against test/abi/interface.tsv.
#
# Numbers are converted to the type declared. A pointer takes an Array or a Ref of exactly its element type (Julia would
# reinterpret any other), a handle, or C_NULL; all of these are kept from the garbage collector during the call.

# status.h

icl_status_string(status) =
    @ccall libicltheory.icl_status_string(status::Int32)::Cstring

icl_last_error_message() =
    @ccall libicltheory.icl_last_error_message()::Cstring

# version.h

icl_version_string() =
    @ccall libicltheory.icl_version_string()::Cstring

icl_version_number() =
    @ccall libicltheory.icl_version_number()::Int32

# run.h

icl_run_create(out) =
    @ccall libicltheory.icl_run_create(out::Ptr{Ptr{icl_run}})::Int32

icl_run_set_threads(run, threads) =
    @ccall libicltheory.icl_run_set_threads(run::Ptr{icl_run}, threads::Int64)::Int32

icl_run_set_progress(run, fn, user) =
    @ccall libicltheory.icl_run_set_progress(run::Ptr{icl_run}, fn::Ptr{Cvoid}, user::Ptr{Cvoid})::Int32

icl_run_destroy(run) =
    @ccall libicltheory.icl_run_destroy(run::Ptr{icl_run})::Cvoid

# tasks.h

icl_task_pool_create(d, k, distribution, seed, out) =
    @ccall libicltheory.icl_task_pool_create(
        d::Int64, k::Int64, distribution::Int32, seed::UInt64, out::Ptr{Ptr{icl_task_pool}}
    )::Int32

icl_task_pool_create_infinite(d, distribution, seed, out) =
    @ccall libicltheory.icl_task_pool_create_infinite(
        d::Int64, distribution::Int32, seed::UInt64, out::Ptr{Ptr{icl_task_pool}}
    )::Int32

icl_task_pool_create_from(d, k, tasks, out) =
    @ccall libicltheory.icl_task_pool_create_from(
        d::Int64, k::Int64, tasks::Ptr{Float64}, out::Ptr{Ptr{icl_task_pool}}
    )::Int32

icl_task_pool_dimension(pool) =
    @ccall libicltheory.icl_task_pool_dimension(pool::Ptr{icl_task_pool})::Int64

icl_task_pool_size(pool) =
    @ccall libicltheory.icl_task_pool_size(pool::Ptr{icl_task_pool})::Int64

icl_task_pool_copy(pool, tasks) =
    @ccall libicltheory.icl_task_pool_copy(pool::Ptr{icl_task_pool}, tasks::Ptr{Float64})::Int32

icl_task_pool_destroy(pool) =
    @ccall libicltheory.icl_task_pool_destroy(pool::Ptr{icl_task_pool})::Cvoid

# dataset.h

icl_dataset_create(pool, l, n, rho, seed, out) =
    @ccall libicltheory.icl_dataset_create(
        pool::Ptr{icl_task_pool}, l::Int64, n::Int64, rho::Float64, seed::UInt64,
        out::Ptr{Ptr{icl_dataset}}
    )::Int32

icl_dataset_create_empty(d, out) =
    @ccall libicltheory.icl_dataset_create_empty(d::Int64, out::Ptr{Ptr{icl_dataset}})::Int32

icl_dataset_append_sequences(dataset, l, count, x, y) =
    @ccall libicltheory.icl_dataset_append_sequences(
        dataset::Ptr{icl_dataset}, l::Int64, count::Int64, x::Ptr{Float64}, y::Ptr{Float64}
    )::Int32

icl_dataset_append_features(dataset, count, query, context, target) =
    @ccall libicltheory.icl_dataset_append_features(
        dataset::Ptr{icl_dataset}, count::Int64, query::Ptr{Float64}, context::Ptr{Float64},
        target::Ptr{Float64}
    )::Int32

icl_dataset_set_memory_limit(dataset, bytes) =
    @ccall libicltheory.icl_dataset_set_memory_limit(dataset::Ptr{icl_dataset}, bytes::Int64)::Int32

icl_dataset_copy_rows(dataset, first, count, query, context, target) =
    @ccall libicltheory.icl_dataset_copy_rows(
        dataset::Ptr{icl_dataset}, first::Int64, count::Int64, query::Ptr{Float64},
        context::Ptr{Float64}, target::Ptr{Float64}
    )::Int32

icl_dataset_dimension(dataset) =
    @ccall libicltheory.icl_dataset_dimension(dataset::Ptr{icl_dataset})::Int64

icl_dataset_size(dataset) =
    @ccall libicltheory.icl_dataset_size(dataset::Ptr{icl_dataset})::Int64

icl_dataset_error(dataset, gamma, run, mean, standard_error) =
    @ccall libicltheory.icl_dataset_error(
        dataset::Ptr{icl_dataset}, gamma::Ptr{Float64}, run::Ptr{icl_run}, mean::Ptr{Float64},
        standard_error::Ptr{Float64}
    )::Int32

icl_dataset_destroy(dataset) =
    @ccall libicltheory.icl_dataset_destroy(dataset::Ptr{icl_dataset})::Cvoid

icl_sequences_draw(pool, l, n, rho, seed, run, x, y, task) =
    @ccall libicltheory.icl_sequences_draw(
        pool::Ptr{icl_task_pool}, l::Int64, n::Int64, rho::Float64, seed::UInt64, run::Ptr{icl_run},
        x::Ptr{Float64}, y::Ptr{Float64}, task::Ptr{Int64}
    )::Int32

# attention.h

icl_features(d, l, n, x, y, query, context, target) =
    @ccall libicltheory.icl_features(
        d::Int64, l::Int64, n::Int64, x::Ptr{Float64}, y::Ptr{Float64}, query::Ptr{Float64},
        context::Ptr{Float64}, target::Ptr{Float64}
    )::Int32

icl_gamma_predict(d, n, gamma, query, context, prediction) =
    @ccall libicltheory.icl_gamma_predict(
        d::Int64, n::Int64, gamma::Ptr{Float64}, query::Ptr{Float64}, context::Ptr{Float64},
        prediction::Ptr{Float64}
    )::Int32

icl_attention_predict(d, l, V, M, x, y, prediction) =
    @ccall libicltheory.icl_attention_predict(
        d::Int64, l::Int64, V::Ptr{Float64}, M::Ptr{Float64}, x::Ptr{Float64}, y::Ptr{Float64},
        prediction::Ptr{Float64}
    )::Int32

icl_attention_reduce(d, V, M, gamma) =
    @ccall libicltheory.icl_attention_reduce(
        d::Int64, V::Ptr{Float64}, M::Ptr{Float64}, gamma::Ptr{Float64}
    )::Int32
