/* Every function with arguments that it accepts, and what it says of others.
 *
 * ROW(function, result, "parameter=value:class ..."): the call that succeeds, with all parameters in their order. For
 * arrays the value is the number of elements, which is exactly what is allocated. The class says which other values
 * are tried, see classes.h; `?` after it that NULL is fine; `@name` that messages call it so; `/-3` that
 * the largest double gives this status, `/1/5` the range of codes, `~x|l` that then, or with sizes beyond the address
 * space, the message names x or l in place of the parameter. Outputs are `out`, of finite numbers, or `infinite`, where
 * the function's comment allows infinities too. A handle is `handle`, or `changed` by a success, or
 * `emptied` by a failure; all others are as before after that, and const ones always. d = 2, l = 3, 4 rows, 3 tasks.
 *
 * CASE(function, "parameter=value ...", result, text): one call more, with these arguments in place of the row's; the
 * message contains the text. Where addresses have 32 bits some sizes are refused earlier. */

/* attention.h */
ROW(icl_features, 0, "d=2:dimension l=3:size~l n=4:size~x x=32:finite/-3 y=16:finite/-3 query=8:out? "
    "context=12:out? target=4:out?")
CASE(icl_features, "l=2147483647", ICL_ERR_SIZE, "l is 2147483647; BLAS can index")
CASE(icl_features, "x=null y=null", ICL_ERR_ARGUMENT, "x is NULL")
CASE(icl_features, "query=null context=null target=null", ICL_OK, "")
ROW(icl_gamma_predict, 0, "d=2:dimension n=4:size~context gamma=6:finite/-3 query=8:finite/-3 context=12:finite/-3 "
    "prediction=4:out")
CASE(icl_gamma_predict, "gamma[0]=1e200 query[0]=1e200", ICL_ERR_NONFINITE, "prediction[0] is")
ROW(icl_attention_predict, 0, "d=2:dimension l=3:size~x|l V=9:square M=9:square x=8:finite/-3 "
    "y=3:finite/-3 prediction=1:out")
CASE(icl_attention_predict, "V[0]=1.7976931348623157e308", ICL_OK, "") /* only the last row counts */
CASE(icl_attention_predict, "M[8]=1.7976931348623157e308", ICL_OK, "") /* as the last entry of the query is 0 */
CASE(icl_attention_predict, "M[0]=1.7976931348623157e308", ICL_ERR_NONFINITE, "M")
CASE(icl_attention_predict, "M[0]=-1.7976931348623157e308", ICL_ERR_NONFINITE, "M")
CASE(icl_attention_predict, "M[0]=4.9406564584124654e-324 V[8]=-1e-310", ICL_OK, "")
CASE(icl_attention_predict, "V[8]=1.7976931348623157e308", ICL_ERR_NONFINITE, "V")
CASE(icl_attention_predict, "V[8]=1e300 M[8]=1e300 y[0]=1e300", ICL_ERR_NONFINITE, "prediction overflows")
ROW(icl_attention_reduce, 0, "d=2:dimension V=9:lower_zero M=9:finite gamma=6:out")
CASE(icl_attention_reduce, "V[6]=1e-310", ICL_ERR_DOMAIN, "V[6]")
CASE(icl_attention_reduce, "V[8]=1e300 M[0]=1e300", ICL_ERR_NONFINITE, "gamma overflows")

/* baseline.h */
ROW(icl_dmmse_error, 0, "pool=finite:handle law=fresh:handle count=5:several seed=7:seed run=plain:run mean=1:out? "
    "standard_error=1:out?")
CASE(icl_dmmse_error, "pool=infinite", ICL_ERR_UNSUPPORTED, "pool is infinite")
CASE(icl_dmmse_error, "pool=wide", ICL_ERR_ARGUMENT, "pool has tasks of dimension 3, law of 2")
CASE(icl_dmmse_error, "law=wide", ICL_ERR_ARGUMENT, "pool has tasks of dimension 2, law of 3")
CASE(icl_dmmse_error, "count=4611686018427387905", ICL_ERR_SIZE, "4611686018427387905")
CASE(icl_dmmse_error, "count=9223372036854775807", ICL_ERR_SIZE, "9223372036854775807")
ROW(icl_bayes_ridge_error, 0, "law=fresh:handle count=5:several seed=7:seed run=plain:run mean=1:out? "
    "standard_error=1:out?")
CASE(icl_bayes_ridge_error, "law=pool", ICL_OK, "")
CASE(icl_bayes_ridge_error, "count=9223372036854775807", ICL_ERR_SIZE, "9223372036854775807")

/* dataset.h */
ROW(icl_dataset_create, 0, "pool=finite:handle l=3:any_size n=4:any_size rho=0.25:noise/-2 seed=7:seed out=1:new")
CASE(icl_dataset_create, "pool=infinite rho=1e300 l=9223372036854775807", ICL_ERR_DOMAIN, "rho is")
ROW(icl_dataset_create_empty, 0, "d=2:dimension out=1:new")
ROW(icl_dataset_append_sequences, 0, "dataset=empty:changed l=3:size~l count=2:size~x x=16:finite/-3 "
    "y=8:finite/-3")
CASE(icl_dataset_append_sequences, "l=2147483647", ICL_ERR_SIZE, "l is")
CASE(icl_dataset_append_sequences, "dataset=generated", ICL_ERR_UNSUPPORTED, "dataset generates")
CASE(icl_dataset_append_sequences, "dataset=appended x[15]=nan", ICL_ERR_NONFINITE, "x[15] is nan")
ROW(icl_dataset_append_features, 0, "dataset=appended:changed count=4:size~context|rows query=8:finite "
    "context=12:finite target=4:finite")
CASE(icl_dataset_append_features, "dataset=generated", ICL_ERR_UNSUPPORTED, "dataset generates")
ROW(icl_dataset_set_memory_limit, 0, "dataset=generated:changed bytes=100:at_least_0")
ROW(icl_dataset_copy_rows, 0, "dataset=generated:handle first=1:row count=3:rows query=6:out? context=9:out? "
    "target=3:out?")
CASE(icl_dataset_copy_rows, "dataset=empty", ICL_ERR_DOMAIN, "at most 0 rows")
CASE(icl_dataset_copy_rows, "first=9223372036854775807 count=9223372036854775807", ICL_ERR_DOMAIN, "first is 92233")
ROW(icl_dataset_dimension, 2, "dataset=generated:lookup")
CASE(icl_dataset_dimension, "dataset=wide", 3, "")
ROW(icl_dataset_size, 4, "dataset=generated:lookup")
CASE(icl_dataset_size, "dataset=empty", 0, "")
CASE(icl_dataset_size, "dataset=endless", INT64_MAX, "")
ROW(icl_dataset_error, 0, "dataset=generated:handle gamma=6:finite/-3 run=plain:run mean=1:out? standard_error=1:out?")
CASE(icl_dataset_error, "dataset=empty", ICL_ERR_STATE, "dataset has 0 rows")
CASE(icl_dataset_error, "dataset=single", ICL_ERR_STATE, "dataset has 1 rows")
CASE(icl_dataset_error, "dataset=single standard_error=null", ICL_OK, "")
CASE(icl_dataset_error, "dataset=endless", ICL_ERR_MEMORY, "out of memory")
ROW(icl_dataset_destroy, 0, "dataset=generated:destroyed")
ROW(icl_sequences_draw, 0, "pool=finite:handle l=3:size~l|x|pool n=4:size~x rho=0.25:noise/-2 seed=7:seed "
    "run=plain:run x=32:out y=16:out task=4:out?")
CASE(icl_sequences_draw, "pool=infinite", ICL_OK, "")

/* estimator.h */
ROW(icl_estimator_create, 0, "out=1:new")
ROW(icl_estimator_set_lambda, 0, "estimator=fitted:changed lambda=0.25:noise")
ROW(icl_estimator_set_method, 0, "estimator=fitted:changed method=2:code/0/3")
ROW(icl_estimator_set_tolerance, 0, "estimator=fitted:changed relative=1e-9:fraction")
ROW(icl_estimator_set_max_iterations, 0, "estimator=fitted:changed count=9:any_size")
ROW(icl_estimator_fit, 0, "estimator=fitted:emptied dataset=generated:handle run=plain:run")
CASE(icl_estimator_fit, "dataset=wide", ICL_OK, "")
CASE(icl_estimator_fit, "dataset=empty", ICL_ERR_STATE, "dataset has no rows")
CASE(icl_estimator_fit, "dataset=endless", ICL_ERR_SIZE, "the number of rows is 9223372036854775807")
CASE(icl_estimator_fit, "dataset=long", ICL_ERR_SIZE, "the number of rows is 2147483648")
#if UINTPTR_MAX > UINT32_MAX
CASE(icl_estimator_fit, "dataset=vast", ICL_ERR_SIZE, "(d+1)^2 is 2147580964")
#endif
CASE(icl_estimator_fit, "dataset=huge", ICL_ERR_NONFINITE, "dataset")
CASE(icl_estimator_fit, "estimator=heavy", ICL_ERR_DOMAIN, "lambda is")
CASE(icl_estimator_fit, "estimator=greedy", ICL_ERR_NOT_CONVERGED, "relative residual")
ROW(icl_estimator_fit_path, 0, "estimator=fitted:emptied dataset=generated:handle count=3:size~gamma "
    "lambda=3:noises/-2 run=plain:run gamma=18:out")
CASE(icl_estimator_fit_path, "dataset=empty", ICL_ERR_STATE, "dataset has no rows")
CASE(icl_estimator_fit_path, "dataset=endless", ICL_ERR_SIZE, "the number of rows")
CASE(icl_estimator_fit_path, "dataset=huge", ICL_ERR_NONFINITE, "dataset")
CASE(icl_estimator_fit_path, "estimator=greedy", ICL_ERR_NOT_CONVERGED, "relative residual")
ROW(icl_estimator_gamma, 0, "estimator=fitted:handle gamma=6:out")
CASE(icl_estimator_gamma, "estimator=new", ICL_ERR_STATE, "estimator has no Gamma")
CASE(icl_estimator_gamma, "estimator=failed", ICL_ERR_STATE, "estimator has no Gamma")
CASE(icl_estimator_gamma, "estimator=canceled", ICL_ERR_STATE, "estimator has no Gamma")
CASE(icl_estimator_gamma, "estimator=missed", ICL_OK, "")
ROW(icl_estimator_report, 0, "estimator=fitted:handle method=1:out? iterations=1:out? relative_residual=1:out? "
    "training_error=1:out?")
CASE(icl_estimator_report, "estimator=new", ICL_ERR_STATE, "estimator has no Gamma")
CASE(icl_estimator_report, "estimator=failed", ICL_ERR_STATE, "estimator has no Gamma")
CASE(icl_estimator_report, "estimator=canceled", ICL_ERR_STATE, "estimator has no Gamma")
CASE(icl_estimator_report, "estimator=missed", ICL_OK, "")
ROW(icl_estimator_destroy, 0, "estimator=fitted:destroyed")

/* experiment.h */
ROW(icl_experiment_create, 0, "d=2:dimension out=1:new")
ROW(icl_experiment_set, 0, "experiment=finished:changed parameter=1:code/1/5 value=1.5:ratio@tau")
CASE(icl_experiment_set, "parameter=2 value=inf", ICL_ERR_DOMAIN, "alpha is inf")
CASE(icl_experiment_set, "parameter=3 value=nan", ICL_ERR_DOMAIN, "kappa is nan")
CASE(icl_experiment_set, "parameter=4 value=-1", ICL_ERR_DOMAIN, "rho is -1")
CASE(icl_experiment_set, "parameter=4 value=inf", ICL_ERR_DOMAIN, "rho is inf")
CASE(icl_experiment_set, "parameter=5 value=nan", ICL_ERR_DOMAIN, "lambda is nan")
CASE(icl_experiment_set, "parameter=5 value=inf", ICL_OK, "")
ROW(icl_experiment_set_distribution, 0, "experiment=finished:changed distribution=1:code/1/2")
ROW(icl_experiment_set_replicates, 0, "experiment=finished:changed count=3:any_size")
ROW(icl_experiment_set_seed, 0, "experiment=finished:changed seed=7:seed")
ROW(icl_experiment_set_checkpoint, 0, "experiment=finished:changed path=nothing:path?")
CASE(icl_experiment_set_checkpoint, "path=", ICL_ERR_ARGUMENT, "path is empty")
ROW(icl_experiment_run, 0, "experiment=finished:emptied run=plain:run")
CASE(icl_experiment_run, "experiment=new", ICL_ERR_STATE, "tau was not set")
CASE(icl_experiment_run, "experiment=endless", ICL_ERR_SIZE, "n would be")
CASE(icl_experiment_run, "experiment=many", ICL_ERR_SIZE, "replicates would have")
CASE(icl_experiment_run, "experiment=lost", ICL_ERR_IO, "could not open the checkpoint /nowhere/at/all")
CASE(icl_experiment_run, "experiment=loud", ICL_ERR_NONFINITE, "replicate 0")
ROW(icl_experiment_result, 0, "experiment=finished:handle quantity=1:code/1/3 mean=1:out? standard_error=1:infinite?")
CASE(icl_experiment_result, "experiment=new", ICL_ERR_STATE, "experiment has no results")
CASE(icl_experiment_result, "experiment=failed", ICL_ERR_STATE, "experiment has no results")
CASE(icl_experiment_result, "experiment=canceled", ICL_ERR_STATE, "experiment has no results")
ROW(icl_experiment_replicates, 0, "experiment=finished:handle quantity=1:code/1/3 values=2:out")
CASE(icl_experiment_replicates, "experiment=new", ICL_ERR_STATE, "experiment has no results")
CASE(icl_experiment_replicates, "experiment=failed", ICL_ERR_STATE, "experiment has no results")
CASE(icl_experiment_replicates, "experiment=canceled", ICL_ERR_STATE, "experiment has no results")
ROW(icl_experiment_sizes, 0, "experiment=finished:handle d=1:out? l=1:out? k=1:out? n=1:out?")
CASE(icl_experiment_sizes, "experiment=new", ICL_ERR_STATE, "tau was not set")
CASE(icl_experiment_sizes, "experiment=endless", ICL_ERR_SIZE, "n would be")
ROW(icl_experiment_theory, 0, "experiment=finished:handle quantity=1:code/1/5 value=1:infinite")
CASE(icl_experiment_theory, "experiment=new", ICL_ERR_STATE, "tau was not set")
CASE(icl_experiment_theory, "experiment=endless", ICL_ERR_SIZE, "n would be")
ROW(icl_experiment_curve, 0, "experiment=finished:handle vary=1:code/1/5 count=3:size~points|answers "
    "at=3:ratios@tau/-4~n quantity_count=2:size~answers quantities=2:codes/1/3 run=plain:run mean=6:out? "
    "standard_error=6:infinite? theory=6:infinite? sizes=12:out?")
CASE(icl_experiment_curve, "experiment=new", ICL_ERR_STATE, "alpha was not set")
CASE(icl_experiment_curve, "vary=2 at[2]=inf", ICL_ERR_DOMAIN, "alpha is inf")
CASE(icl_experiment_curve, "at[1]=1e300", ICL_ERR_SIZE, "n would be")
CASE(icl_experiment_curve, "experiment=lost", ICL_ERR_IO, "could not open the checkpoint")
CASE(icl_experiment_curve, "experiment=many", ICL_ERR_SIZE, "replicates would have")
CASE(icl_experiment_curve, "quantities[1]=4", ICL_ERR_ARGUMENT, "quantities[1] is 4")
CASE(icl_experiment_curve, "quantities[1]=4 mean=null standard_error=null", ICL_OK, "")
CASE(icl_experiment_curve, "quantities[1]=6 mean=null standard_error=null", ICL_ERR_ARGUMENT, "quantities[1] is 6")
CASE(icl_experiment_curve, "mean=null standard_error=null theory=null sizes=null", ICL_OK, "")
ROW(icl_experiment_destroy, 0, "experiment=finished:destroyed")

/* finite.h */
ROW(icl_finite_theory_create, 0, "pool=finite:handle l=3:any_size n=4:any_size rho=0.25:noise/-3 lambda=0.25:noise/-2 "
    "level=1:code/1/2 out=1:new")
CASE(icl_finite_theory_create, "pool=infinite", ICL_OK, "")
#if UINTPTR_MAX > UINT32_MAX
CASE(icl_finite_theory_create, "pool=vast", ICL_ERR_SIZE, "(d+1)^2 is 2147580964")
#endif
ROW(icl_finite_theory_set_samples, 0, "theory=solved:changed count=500:samples")
ROW(icl_finite_theory_set_seed, 0, "theory=solved:changed seed=7:seed")
ROW(icl_finite_theory_solve, 0, "theory=corrected:emptied run=plain:run")
CASE(icl_finite_theory_solve, "theory=endless", ICL_ERR_SIZE, "feature samples would have")
ROW(icl_finite_theory_error, 0, "theory=solved:handle law=fresh:handle error=1:infinite standard_error=1:out?")
CASE(icl_finite_theory_error, "theory=corrected", ICL_ERR_STATE, "theory is not solved")
CASE(icl_finite_theory_error, "theory=canceled", ICL_ERR_STATE, "theory is not solved")
CASE(icl_finite_theory_error, "theory=failed", ICL_ERR_STATE, "theory is not solved")
CASE(icl_finite_theory_error, "law=wide", ICL_ERR_ARGUMENT, "law has d = 3")
ROW(icl_finite_theory_destroy, 0, "theory=solved:destroyed")

/* run.h */
ROW(icl_run_create, 0, "out=1:new")
ROW(icl_run_set_threads, 0, "run=plain:handle threads=2:threads")
ROW(icl_run_set_progress, 0, "run=plain:handle fn=none:callback user=none:user")
ROW(icl_run_destroy, 0, "run=plain:destroyed")

/* status.h, version.h */
ROW(icl_status_string, 1, "status=0:status")
ROW(icl_last_error_message, 1, "")
ROW(icl_version_string, 1, "")
ROW(icl_version_number, EXPECTED_NUMBER, "")

/* tasks.h */
ROW(icl_task_pool_create, 0, "d=2:dimension k=3:size~tasks distribution=1:code/1/2 seed=7:seed out=1:new")
CASE(icl_task_pool_create, "d=1 k=1152921504606846975", ICL_ERR_SIZE, "")
ROW(icl_task_pool_create_infinite, 0, "d=2:dimension distribution=2:code/1/2 seed=7:seed out=1:new")
#if UINTPTR_MAX > UINT32_MAX
CASE(icl_task_pool_create_infinite, "d=500000000", ICL_OK, "")
#else
CASE(icl_task_pool_create_infinite, "d=500000000", ICL_ERR_SIZE, "at most 268435455 can be addressed")
CASE(icl_task_pool_create_infinite, "d=16383", ICL_OK, "") /* d (d+1) doubles are just below 2 GB */
CASE(icl_task_pool_create_infinite, "d=16384", ICL_ERR_SIZE, "a d x (d+1) matrix")
#endif
ROW(icl_task_pool_create_from, 0, "d=2:dimension k=3:size~tasks tasks=6:finite/-3 out=1:new")
CASE(icl_task_pool_create_from, "tasks[0]=1e-170 tasks[1]=0", ICL_ERR_NONFINITE, "tasks: the squared norm of task 0")
CASE(icl_task_pool_create_from, "tasks[0]=0 tasks[1]=0", ICL_OK, "")
ROW(icl_task_pool_dimension, 2, "pool=finite:lookup")
CASE(icl_task_pool_dimension, "pool=wide", 3, "")
ROW(icl_task_pool_size, 3, "pool=finite:lookup")
CASE(icl_task_pool_size, "pool=infinite", 0, "")
ROW(icl_task_pool_copy, 0, "pool=finite:handle tasks=6:out")
CASE(icl_task_pool_copy, "pool=infinite", ICL_ERR_UNSUPPORTED, "pool is infinite")
ROW(icl_task_pool_destroy, 0, "pool=finite:destroyed")

/* testerror.h */
ROW(icl_test_law_create_fresh, 0, "d=2:dimension l=3:any_size rho=0.25:noise/-3 distribution=1:code/1/2 out=1:new")
#if UINTPTR_MAX > UINT32_MAX
CASE(icl_test_law_create_fresh, "d=500000000", ICL_ERR_MEMORY, "out of memory")
#else
CASE(icl_test_law_create_fresh, "d=500000000", ICL_ERR_SIZE, "at most 268435455 can be addressed")
#endif
ROW(icl_test_law_create_gaussian, 0, "d=2:dimension l=3:any_size rho=0.25:noise/-3 covariance=4:covariance out=1:new")
CASE(icl_test_law_create_gaussian, "covariance[1]=0.5", ICL_ERR_DOMAIN, "covariance is not symmetric")
CASE(icl_test_law_create_gaussian, "covariance[0]=1.7976931348623157e308", ICL_ERR_NONFINITE, "moments")
CASE(icl_test_law_create_gaussian, "covariance[0]=-1", ICL_ERR_DOMAIN, "covariance has the eigenvalue")
CASE(icl_test_law_create_gaussian, "covariance[0]=0 covariance[1]=0 covariance[2]=0 covariance[3]=0", ICL_OK, "")
ROW(icl_test_law_create_pool, 0, "pool=finite:handle l=3:any_size rho=0.25:noise/-3 out=1:new")
CASE(icl_test_law_create_pool, "pool=infinite", ICL_OK, "")
CASE(icl_test_law_create_pool, "pool=loud", ICL_ERR_NONFINITE, "overflow")
ROW(icl_test_error, 0, "law=fresh:handle gamma=6:finite/-3 error=1:out")
ROW(icl_test_error_sampled, 0, "law=fresh:handle gamma=6:finite/-3 count=4:several seed=7:seed run=plain:run "
    "mean=1:out? standard_error=1:out?")
CASE(icl_test_error_sampled, "count=9223372036854775807", ICL_ERR_MEMORY, "out of memory")
ROW(icl_test_law_moments, 0, "law=fresh:handle A=6:out? B=9:out? c=1:out?")
ROW(icl_test_law_optimal_gamma, 0, "law=fresh:handle lambda=0.25:noise gamma=6:out")
ROW(icl_test_law_destroy, 0, "law=fresh:destroyed")

/* theory.h */
ROW(icl_theory_create, 0, "tau=1.5:ratio alpha=2:ratio kappa=0.5:ratio rho=0.25:noise lambda=0.125:ridge out=1:new")
ROW(icl_theory_set, 0, "theory=plain:changed parameter=1:code/1/7 value=1.5:ratio@tau")
CASE(icl_theory_set, "parameter=2 value=0", ICL_ERR_DOMAIN, "alpha is 0")
CASE(icl_theory_set, "parameter=3 value=nan", ICL_ERR_DOMAIN, "kappa is nan")
CASE(icl_theory_set, "parameter=4 value=inf", ICL_ERR_DOMAIN, "rho is inf")
CASE(icl_theory_set, "parameter=5 value=-1", ICL_ERR_DOMAIN, "lambda is -1")
CASE(icl_theory_set, "parameter=5 value=inf", ICL_OK, "")
CASE(icl_theory_set, "parameter=6 value=nan", ICL_ERR_DOMAIN, "test alpha is nan")
CASE(icl_theory_set, "parameter=7 value=inf", ICL_ERR_DOMAIN, "test rho is inf")
ROW(icl_theory_clear, 0, "theory=plain:changed parameter=7:code/6/7")
ROW(icl_theory_get, 0, "theory=plain:handle parameter=1:code/1/7 value=1:infinite")
ROW(icl_theory_value, 0, "theory=plain:handle quantity=1:code/1/5 value=1:infinite")
ROW(icl_theory_curve, 0, "theory=plain:handle quantity=1:code/1/5 vary=1:code/1/7 count=3:size~values "
    "at=3:ratios@tau values=3:infinite")
CASE(icl_theory_value, "theory=peak", ICL_OK, "")
CASE(icl_theory_curve, "vary=4 at[2]=inf", ICL_ERR_DOMAIN, "rho is inf")
CASE(icl_theory_curve, "vary=7 at[2]=nan", ICL_ERR_DOMAIN, "test rho is nan")
CASE(icl_theory_curve, "vary=6 at[1]=0", ICL_ERR_DOMAIN, "test alpha is 0")
ROW(icl_theory_batch, 0, "count=3:size~values tau=3:ratios alpha=3:ratios kappa=3:ratios rho=3:noises lambda=3:ridges "
    "quantity=1:code/1/5 values=3:infinite")
ROW(icl_theory_derivative, 0, "theory=plain:handle quantity=1:code/1/5 parameter=1:code/1/7 value=1:out")
CASE(icl_theory_derivative, "theory=peak", ICL_ERR_SINGULAR, "quantity 1 has no derivative with respect to tau")
ROW(icl_theory_minimum, 0, "theory=plain:handle quantity=1:code/1/5 vary=1:code/1/7 lower=0.5:lower upper=4:upper "
    "at=1:infinite? value=1:infinite?")
CASE(icl_theory_minimum, "lower=5", ICL_ERR_DOMAIN, "upper is 4")
ROW(icl_theory_stationary, 0, "theory=plain:handle quantity=1:code/1/5 vary=1:code/1/7 lower=0.5:lower upper=4:upper "
    "capacity=4:capacity at=4:room count=1:out")
CASE(icl_theory_stationary, "capacity=0 at=null", ICL_OK, "")
CASE(icl_theory_stationary, "lower=5", ICL_ERR_DOMAIN, "upper is 4")
ROW(icl_theory_destroy, 0, "theory=plain:destroyed")
