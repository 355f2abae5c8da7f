# Long computations: threads, progress, cancellation.
#
# Functions that take long have a method with a function first, for a do-block:
#
#     fit!(estimator, data) do done, total ... end
#
# It is called on the calling thread from time to time, `total` being -1 where it is unknown; `true` cancels. An
# exception that it throws cancels too, and is thrown again once C has returned: none may pass through C.

mutable struct Watch
    report::Any
    failure::Union{Nothing,Some} # what report threw
end

# Installed where the caller wants no report, so that Ctrl-C cancels nevertheless.
quiet(done, total) = nothing

function on_progress(done::Int64, total::Int64, user::Ptr{Cvoid})::Int32
    watch = unsafe_pointer_to_objref(user)::Watch
    watch.failure === nothing || return Int32(1)
    try
        answer = Base.reenable_sigint(() -> watch.report(done, total))
        return answer === true ? Int32(1) : Int32(0)
    catch failure
        watch.failure = Some(failure)
        return Int32(1)
    end
end

# While C is on the stack of a task, a block that yields (printing does) must not move it to another thread.
function pinned(call)
    task = current_task()
    sticky = task.sticky
    task.sticky = true
    try
        return call()
    finally
        task.sticky = sticky
    end
end

# The failure of `call(run)`, or nothing. Its message is read before anything else can fail in this thread. Ctrl-C waits
# for the next report.
function failure_of(call, run)
    return Base.disable_sigint() do
        status = call(run)
        return status == ICL_OK ? nothing : IclError(status)
    end
end

"Runs `call(run)`, which returns a status, with that many threads and `report`, a function or `nothing`."
function with_run(call, report, threads::Integer)
    run = Run(created(icl_run_create, icl_run))
    watch = Watch(report, nothing)
    try
        check(icl_run_set_threads(run, threads))
        failure = GC.@preserve watch begin
            if report !== nothing
                callback = @cfunction(on_progress, Int32, (Int64, Int64, Ptr{Cvoid}))
                check(icl_run_set_progress(run, callback, pointer_from_objref(watch)))
            end
            pinned(() -> failure_of(call, run))
        end
        watch.failure === nothing || throw(something(watch.failure))
        failure === nothing || throw(failure)
    finally
        close(run)
    end
    return nothing
end
