# What all other files use: errors, handles, arrays.

"""
A failure that the library reports: `status` is one of `ICL_ERR_*`, `message` names the argument, its value and what was
expected.
"""
struct IclError <: Exception
    status::Int32
    message::String
end

# The message is the thread's last one: to be called right after the call that failed.
IclError(status::Int32) = IclError(status, unsafe_string(icl_last_error_message()))

Base.showerror(io::IO, failure::IclError) =
    print(io, "IclError: ", failure.message, " (", status_text(failure.status), ")")

"The text of a status. C: `icl_status_string`."
status_text(status::Integer) = unsafe_string(icl_status_string(status))

"The version of the library. C: `icl_version_string`."
library_version() = VersionNumber(unsafe_string(icl_version_string()))

check(status::Int32) = status == ICL_OK ? nothing : throw(IclError(status))

"The pointer that `create(out)` stores in `out`."
function created(create, ::Type{T}) where {T}
    out = Ref{Ptr{T}}(C_NULL)
    check(create(out))
    return out[]
end

destroy(pointer::Ptr{icl_run}) = icl_run_destroy(pointer)
destroy(pointer::Ptr{icl_task_pool}) = icl_task_pool_destroy(pointer)
destroy(pointer::Ptr{icl_dataset}) = icl_dataset_destroy(pointer)
destroy(pointer::Ptr{icl_estimator}) = icl_estimator_destroy(pointer)
destroy(pointer::Ptr{icl_test_law}) = icl_test_law_destroy(pointer)
destroy(pointer::Ptr{icl_theory}) = icl_theory_destroy(pointer)
destroy(pointer::Ptr{icl_finite_theory}) = icl_finite_theory_destroy(pointer)
destroy(pointer::Ptr{icl_experiment}) = icl_experiment_destroy(pointer)

function Base.close(handle::Handle)
    pointer = handle.pointer
    handle.pointer = C_NULL
    destroy(pointer) # which does nothing for C_NULL
    return nothing
end

Base.isopen(handle::Handle) = handle.pointer != C_NULL

# A handle is given to C as it is, and so kept alive during the call. One of another type is a TypeError.
function Base.unsafe_convert(::Type{Ptr{T}}, handle::Handle) where {T}
    isopen(handle) || throw(ArgumentError("this $(typeof(handle)) is closed"))
    return handle.pointer::Ptr{T}
end

# C's seeds are unsigned; negative ones have the same bits.
bits(seed::Integer) = seed % UInt64

# The array itself where C can read it, else a copy.
dense(array::AbstractArray) = array isa Array{Float64} ? array : Array{Float64}(array)

# Matrices in the order of C and back: a copy either way.
transposed(matrix::AbstractMatrix) = permutedims(dense(matrix))

expect_size(name, array, expected...) =
    size(array) == expected ||
    throw(DimensionMismatch("$name is of size $(size(array)); $expected was expected"))
