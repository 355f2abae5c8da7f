using ICLTheory
using Test

# The status of the IclError that a function throws.
function status_of(action)
    try
        action()
    catch failure
        failure isa IclError || rethrow()
        return failure.status
    end
    return ICL_OK
end

small_pool() = TaskPool(10, Inf; seed=1)
large_data() = Dataset(small_pool(), 20, 20000; rho=0.1, seed=1)

@testset "the README's program" begin
    pool = TaskPool(20, 10; seed=1)
    data = Dataset(pool, 200, 800; rho=0.01, seed=1)
    estimator = fit!(Estimator(; lambda=0.1), data)
    fresh = TestLaw(20, 200; rho=0.01)
    theory = Theory(; tau=800 / 400, alpha=200 / 20, kappa=10 / 20, rho=0.01, lambda=0.1)
    @test round(test_error(fresh, fitted_gamma(estimator)); digits=4) == 0.6661
    @test round(theory_value(theory, ICL_QUANTITY_ICL); digits=4) == 0.6177
    @test fit_report(estimator).relative_residual <= 1e-8
    @test fit_report(estimator).method isa ICLTheory.Solver
end

@testset "errors" begin
    theory = Theory(; tau=1, alpha=2, kappa=3)
    @test status_of(() -> (theory[ICL_TAU] = -1)) == ICL_ERR_DOMAIN
    @test theory[ICL_TAU] == 1
    text = try
        Theory(; tau=0, alpha=1, kappa=1)
    catch failure
        sprint(showerror, failure)
    end
    @test occursin("tau is 0; a number > 0 or infinity was expected", text)
    @test occursin(status_text(ICL_ERR_DOMAIN), text)
    @test status_of(() -> fitted_gamma(Estimator())) == ICL_ERR_STATE
    @test status_of(() -> tasks(small_pool())) == ICL_ERR_UNSUPPORTED
    @test_throws UndefKeywordError Theory(; tau=1, alpha=1)
    @test library_version() >= v"0.1"
end

@testset "handles" begin
    pool = TaskPool(4, 3)
    @test isopen(pool)
    close(pool)
    close(pool)
    @test !isopen(pool)
    @test_throws ArgumentError tasks(pool)
    # Another kind of handle is refused before C sees it.
    @test_throws TypeError ICLTheory.icl_task_pool_size(Theory(; tau=1, alpha=1, kappa=1))
    # Datasets stay valid without their pool; handles that nobody has any more are destroyed.
    data = [Dataset(TaskPool(4, 3; seed=i), 5, 6; seed=i) for i in 1:100]
    GC.gc()
    @test all(copy_rows(data[i]) == copy_rows(Dataset(TaskPool(4, 3; seed=i), 5, 6; seed=i)) for i in 1:100)
end

@testset "order of indices" begin
    gamma = [1.0 2 3; 4 5 6]
    query, context = [1.0 0; 0 1], [1.0 0; 0 1; 0 10]
    @test predict(gamma, query, context) == [1, 65]
    given = [1.0 2 3; 4 5 6]
    pool = TaskPool(given)
    @test (dimension(pool), task_count(pool)) == (2, 3)
    @test tasks(pool) == given
    # V = [V11 v12; v21' v22], M = [M11 m12; m21' m22] give v22 [M11'/d, m21]; a prompt of l = 1.
    V, M = [1.0 2 3; 4 5 6; 0 0 2], [1.0 2 3; 4 5 6; 7 8 9]
    reduced = attention_reduce(V, M)
    @test reduced == 2 * [0.5 2 7; 1 2.5 8]
    x, y = [0.5 1; 2 -1], [3.0]
    rows = features(reshape(x, 2, 2, 1), reshape([3.0, 0], 2, 1))
    @test rows.context[:, 1] ≈ [2 * 3 * 0.5, 2 * 3 * 2, 9]
    @test attention_predict(V, M, x, y) ≈ predict(reduced, rows.query, rows.context)[1]
    law = TestLaw([2.0 0.5; 0.5 1], 3; rho=0.25)
    @test moments(law).A[1, 2] ≈ 0.5
    @test moments(law).c ≈ 1.5 + 0.25
    @test test_error(law, zeros(2, 3)) ≈ moments(law).c
    @test test_error(law, optimal_gamma(law)) < test_error(law, [1.0 0 0; 0 1 0])
    @test_throws DimensionMismatch test_error(law, zeros(3, 2))
    @test_throws DimensionMismatch TestLaw(zeros(2, 3), 3)
end

@testset "data" begin
    pool = TaskPool(3, 5; distribution=ICL_TASKS_SPHERE, seed=-1)
    @test tasks(pool) == tasks(TaskPool(3, 5; distribution=ICL_TASKS_SPHERE, seed=typemax(UInt64)))
    data = Dataset(pool, 4, 50; rho=0.1, seed=2)
    drawn = draw_sequences(pool, 4, 50; rho=0.1, seed=2)
    @test size(drawn.x) == (3, 5, 50)
    @test extrema(drawn.task) == (1, 5)
    @test all(==(0), draw_sequences(small_pool(), 4, 5).task)
    own = append_sequences!(Dataset(3), drawn.x, drawn.y)
    @test length(own) == 50
    @test copy_rows(own).context ≈ copy_rows(data).context
    @test copy_rows(data, 2:3).target == copy_rows(data).target[2:3]
    rows = copy_rows(data)
    again = append_features!(Dataset(3), rows.query, rows.context, rows.target)
    @test copy_rows(again) == rows
    gamma = [1.0 0 0 0; 0 1 0 0; 0 0 1 0]
    squares = (rows.target .- predict(gamma, rows.query, rows.context)) .^ 2
    @test data_error(again, gamma).mean ≈ sum(squares) / 50
    @test isnan(data_error(Dataset(pool, 4, 1), gamma).standard_error)
    @test_throws DimensionMismatch append_sequences!(Dataset(3), drawn.x, drawn.y[1:4, :])
    @test data_error(memory_limit!(data, 0), gamma).mean ≈ sum(squares) / 50
end

@testset "fits" begin
    data = Dataset(TaskPool(4, 3), 8, 60; rho=0.1)
    path = fit_path!(Estimator(), data, [1, 0.1])
    @test size(path) == (4, 5, 2)
    primal = Estimator(; lambda=0.1, method=ICL_METHOD_PRIMAL)
    @test path[:, :, 2] ≈ fitted_gamma(fit!(primal, data)) rtol=1e-6
    @test fit_report(primal).method == ICL_METHOD_PRIMAL
    law = TestLaw(4, 8; rho=0.1)
    exact, drawn = test_error(law, path[:, :, 1]), test_error_sampled(law, path[:, :, 1], 10000)
    @test abs(exact - drawn.mean) < 6 * drawn.standard_error
    @test test_error_sampled(law, path[:, :, 1], 1000; threads=2) == test_error_sampled(law, path[:, :, 1], 1000)
    # A failed fit leaves no result, in particular not one of another dimension.
    @test status_of(() -> fit!(primal, Dataset(2))) == ICL_ERR_STATE
    @test status_of(() -> fitted_gamma(primal)) == ICL_ERR_STATE
    # One that stops early leaves the best one found.
    early = Estimator(; lambda=1e-3, method=ICL_METHOD_CG, max_iterations=1, tolerance=1e-12)
    @test status_of(() -> fit!(early, data)) == ICL_ERR_NOT_CONVERGED
    @test size(fitted_gamma(early)) == (4, 5)
    pool = TaskPool(4, 3)
    knowing = dmmse_error(pool, TestLaw(pool, 8; rho=0.1), 1000)
    @test 0.1 <= knowing.mean < bayes_ridge_error(TestLaw(pool, 8; rho=0.1), 1000).mean
end

@testset "progress" begin
    calls = Tuple{Int64,Int64}[]
    fit!(Estimator(), large_data()) do done, total
        push!(calls, (done, total))
    end
    @test !isempty(calls) && issorted(first.(calls)) && calls[end][1] <= calls[end][2]
    estimator = Estimator()
    @test status_of(() -> fit!((done, total) -> true, estimator, large_data())) == ICL_ERR_CANCELED
    @test status_of(() -> fitted_gamma(estimator)) == ICL_ERR_STATE
    @test_throws KeyError fit!((done, total) -> throw(KeyError(done)), estimator, large_data())
    # Blocks may print, allocate and be of use to several tasks.
    fit!(estimator, large_data(); threads=2) do done, total
        GC.gc(false)
        yield()
    end
    @test size(fitted_gamma(estimator)) == (10, 11)
    @test fetch(Threads.@spawn size(fitted_gamma(fit!((d, t) -> yield(), Estimator(), large_data())))) == (10, 11)
end

@testset "theory" begin
    theory = Theory(; tau=1, alpha=10, kappa=0.5, rho=0.01)
    @test theory_value(theory, ICL_QUANTITY_ICL) == Inf
    @test status_of(() -> theory_derivative(theory, ICL_QUANTITY_ICL, ICL_TAU)) == ICL_ERR_SINGULAR
    best = theory_minimum(theory, ICL_QUANTITY_ICL, ICL_LAMBDA)
    @test stationary_points(theory, ICL_QUANTITY_ICL, ICL_LAMBDA) ≈ [best.at]
    theory[ICL_LAMBDA] = best.at
    @test theory_value(theory, ICL_QUANTITY_ICL) ≈ best.value
    @test abs(theory_derivative(theory, ICL_QUANTITY_ICL, ICL_LAMBDA)) < 1e-6
    curve = theory_curve(theory, ICL_QUANTITY_ICL, ICL_TAU, 0.5:0.5:2)
    @test curve[2] ≈ best.value
    @test theory_batch(ICL_QUANTITY_ICL; tau=[0.5 1; 1.5 2], alpha=10, kappa=0.5, rho=0.01, lambda=best.at) ≈
          [curve[1] curve[2]; curve[3] curve[4]]
    theory[ICL_TEST_RHO] = 1
    @test theory[ICL_TEST_RHO] == 1
    @test follow!(theory, ICL_TEST_RHO)[ICL_TEST_RHO] == 0.01
    theory[ICL_KAPPA] = Inf
    @test theory_value(theory, ICL_QUANTITY_GAP) == 0
end

@testset "finite size" begin
    pool = TaskPool(6, 4; seed=3)
    law = TestLaw(pool, 12; rho=0.1)
    finite = FiniteTheory(pool, 12, 100; rho=0.1, lambda=0.1, level=ICL_FINITE_POOL)
    @test status_of(() -> predicted_error(finite, law)) == ICL_ERR_STATE
    predicted = predicted_error(solve!(finite), law)
    @test predicted.standard_error == 0
    @test predicted.error > 0.1
    sampled = FiniteTheory(pool, 12, 100; rho=0.1, lambda=0.1, samples=2000, seed=1)
    @test isapprox(predicted_error(solve!(sampled), law).error, predicted.error; rtol=0.2)
end

@testset "experiments" begin
    path = joinpath(mktempdir(), "replicates")
    experiment = Experiment(6; tau=3, alpha=2, kappa=1, rho=0.1, lambda=0.1, replicates=4, seed=1, checkpoint=path)
    @test sizes(experiment) == (d=6, l=12, k=6, n=108)
    @test status_of(() -> result(experiment, ICL_QUANTITY_ICL)) == ICL_ERR_STATE
    run!(experiment)
    @test isfile(path)
    values = replicates(experiment, ICL_QUANTITY_IDG)
    @test length(values) == 4
    @test result(experiment, ICL_QUANTITY_IDG).mean ≈ sum(values) / 4
    set!(experiment; checkpoint="")
    curve = experiment_curve(experiment, ICL_TAU, [0.5, 3], [ICL_QUANTITY_ICL, ICL_QUANTITY_IDG]; threads=2)
    @test curve.mean[2, 2] == result(experiment, ICL_QUANTITY_IDG).mean
    @test curve.theory[2, 1] == theory_value(experiment, ICL_QUANTITY_ICL)
    @test curve.sizes == [6 12 6 18; 6 12 6 108]
    bare = experiment_curve(experiment, ICL_TAU, [0.5, 3], [ICL_QUANTITY_BAYES]; simulate=false)
    @test all(isnan, bare.mean) && all(isfinite, bare.theory)
end
