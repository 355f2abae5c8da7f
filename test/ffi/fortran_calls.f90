! Each way in which the interface passes something, called from Fortran. Output: TAP.
module watching
  use icltheory
  implicit none

contains

  ! Counts its calls in the integer that user points to, and cancels at the third.
  integer(c_int32_t) function watch(done, total, user) bind(c)
    integer(c_int64_t), value :: done, total
    type(c_ptr), value :: user
    integer, pointer :: calls

    call c_f_pointer(user, calls)
    calls = calls + 1
    watch = merge(1_c_int32_t, 0_c_int32_t, calls >= 3 .and. done <= total)
  end function
end module

program fortran_calls
  use, intrinsic :: ieee_arithmetic, only: ieee_value, ieee_positive_inf
  use watching
  implicit none
  integer :: number = 0, failures = 0

  call texts
  call arrays
  call omitted_outputs
  call unsigned_seeds
  call progress
  call experiments
  print '(a, i0)', '1..', number
  if (failures > 0) error stop 1

contains

  subroutine check(good, name)
    logical, intent(in) :: good
    character(len=*), intent(in) :: name

    number = number + 1
    if (.not. good) failures = failures + 1
    print '(a, i0, 2a)', trim(merge('ok    ', 'not ok', good))//' ', number, ' - ', name
  end subroutine

  logical function close_to(a, b)
    real(c_double), intent(in) :: a, b

    close_to = abs(a - b) <= 1e-12_c_double*max(abs(a), abs(b))
  end function

  subroutine texts
    type(c_ptr) :: theory = c_null_ptr
    integer(c_int32_t) :: status

    status = icl_theory_create(0.0_c_double, 1.0_c_double, 1.0_c_double, 0.0_c_double, 0.0_c_double, theory)
    call check(status == ICL_ERR_DOMAIN .and. .not. c_associated(theory), 'a failure gives a status and no handle')
    call check(icl_text(icl_last_error_message()) == 'tau is 0; a number > 0 or infinity was expected', &
      'the message as Fortran text')
    call check(icl_text(icl_status_string(ICL_OK)) == 'success', 'the text of a status')
    call check(index(icl_text(icl_version_string()), '.') > 1 .and. icl_version_number() >= 100, 'the version')
  end subroutine

  ! Two rows of d = 2, by hand; Gamma = [1 2 3; 4 5 6] in C's order of indices.
  subroutine arrays
    real(c_double) :: gamma(3, 2), query(2, 2), context(3, 2), prediction(2), tasks(2, 3), copy(2, 3)
    type(c_ptr) :: pool = c_null_ptr
    integer(c_int32_t) :: status

    gamma = reshape([1, 2, 3, 4, 5, 6], [3, 2])
    query = reshape([1, 0, 0, 1], [2, 2])
    context = reshape([1, 0, 0, 0, 1, 10], [3, 2])
    status = icl_gamma_predict(2_c_int64_t, 2_c_int64_t, gamma, query, context, prediction)
    call check(status == ICL_OK .and. close_to(prediction(1), 1.0_c_double) .and. &
      close_to(prediction(2), 65.0_c_double), 'gamma(j, i) is entry (i, j) of Gamma')
    tasks = reshape([1, 2, 3, 4, 5, 6], [2, 3])
    status = icl_task_pool_create_from(2_c_int64_t, 3_c_int64_t, tasks, pool)
    call check(status == ICL_OK .and. icl_task_pool_dimension(pool) == 2 .and. icl_task_pool_size(pool) == 3, &
      'a pool of d = 2, k = 3')
    copy = 0
    status = icl_task_pool_copy(pool, copy)
    call check(status == ICL_OK .and. all(abs(copy - tasks) <= 0), 'its tasks come back')
    call icl_task_pool_destroy(pool)
  end subroutine

  subroutine omitted_outputs
    type(c_ptr) :: law = c_null_ptr, theory = c_null_ptr
    real(c_double) :: c, infinity, at, least
    integer(c_int64_t) :: count
    integer(c_int32_t) :: status

    status = icl_test_law_create_fresh(3_c_int64_t, 5_c_int64_t, 0.25_c_double, ICL_TASKS_SPHERE, law)
    c = 0
    status = icl_test_law_moments(law, c=c)
    call check(status == ICL_OK .and. close_to(c, 1.25_c_double), 'one output of three: c = 1 + rho')
    infinity = ieee_value(infinity, ieee_positive_inf)
    status = icl_theory_create(1.0_c_double, 2.0_c_double, infinity, 0.1_c_double, 0.0_c_double, theory)
    status = icl_theory_value(theory, ICL_QUANTITY_GAP, c)
    call check(status == ICL_OK .and. abs(c) <= 0, 'infinity goes in: no gap for infinitely many tasks')
    status = icl_theory_value(theory, ICL_QUANTITY_ICL, c)
    call check(status == ICL_OK .and. c > huge(c), 'and comes out: the peak at tau = 1')
    ! The optimal ridge at the peak is the one stationary point.
    count = 0
    status = icl_theory_stationary(theory, ICL_QUANTITY_ICL, ICL_LAMBDA, 0.0_c_double, infinity, 0_c_int64_t, &
      count=count)
    call check(status == ICL_OK .and. count == 1, 'stationary points are counted without an array')
    status = icl_theory_minimum(theory, ICL_QUANTITY_ICL, ICL_LAMBDA, 0.0_c_double, infinity, at)
    status = icl_theory_minimum(theory, ICL_QUANTITY_ICL, ICL_LAMBDA, 0.0_c_double, infinity, value=least)
    status = icl_theory_set(theory, ICL_LAMBDA, at)
    status = icl_theory_value(theory, ICL_QUANTITY_ICL, c)
    call check(status == ICL_OK .and. close_to(c, least), 'either output of a minimum alone')
    call icl_theory_destroy(theory)
    call icl_test_law_destroy(law)
  end subroutine

  ! Seeds are unsigned in C. -1 and huge have all bits but the highest in common.
  subroutine unsigned_seeds
    real(c_double) :: tasks(4, 3)
    type(c_ptr) :: pool
    integer(c_int64_t), parameter :: seeds(3) = [-1_c_int64_t, huge(1_c_int64_t), -1_c_int64_t]
    integer :: i

    do i = 1, 3
      pool = c_null_ptr
      if (icl_task_pool_create(4_c_int64_t, 1_c_int64_t, ICL_TASKS_GAUSSIAN, seeds(i), pool) /= ICL_OK) exit
      if (icl_task_pool_copy(pool, tasks(:, i)) /= ICL_OK) exit
      call icl_task_pool_destroy(pool)
    end do
    call check(i == 4 .and. all(abs(tasks(:, 1) - tasks(:, 3)) <= 0) .and. all(abs(tasks(:, 1) - tasks(:, 2)) > 0), &
      'all 64 bits of a seed matter')
  end subroutine

  subroutine progress
    type(c_ptr) :: pool = c_null_ptr, data = c_null_ptr, fit = c_null_ptr, run = c_null_ptr
    integer, target :: calls
    integer(c_int32_t) :: status
    integer(c_int64_t) :: iterations

    calls = 0
    status = icl_task_pool_create_infinite(10_c_int64_t, ICL_TASKS_GAUSSIAN, 1_c_int64_t, pool)
    status = icl_dataset_create(pool, 20_c_int64_t, 20000_c_int64_t, 0.1_c_double, 1_c_int64_t, data)
    status = icl_estimator_create(fit)
    status = icl_estimator_set_method(fit, ICL_METHOD_CG)
    status = icl_run_create(run)
    status = icl_run_set_progress(run, c_funloc(watch), c_loc(calls))
    call check(status == ICL_OK .and. icl_estimator_fit(fit, data, run) == ICL_ERR_CANCELED .and. calls == 3, &
      'the callback gets its data, and cancels at its third call')
    call check(icl_estimator_report(fit, iterations=iterations) == ICL_ERR_STATE, 'there is no result then')
    status = icl_run_set_progress(run, c_null_funptr, c_null_ptr)
    status = icl_estimator_fit(fit, data, run)
    iterations = 0
    call check(status == ICL_OK .and. icl_estimator_report(fit, iterations=iterations) == ICL_OK .and. &
      iterations > 0 .and. calls == 3, 'without it the fit ends')
    call icl_run_destroy(run)
    call icl_estimator_destroy(fit)
    call icl_dataset_destroy(data)
    call icl_task_pool_destroy(pool)
  end subroutine

  subroutine experiments
    character(len=*), parameter :: path = 'fortran_calls.checkpoint  '
    type(c_ptr) :: experiment = c_null_ptr
    integer(c_int32_t) :: status
    integer(c_int64_t) :: n, sizes(4, 2)
    real(c_double) :: mean(2, 2), single, at(2) = [0.5_c_double, 3.0_c_double]
    logical :: there

    status = icl_experiment_create(6_c_int64_t, experiment)
    status = icl_experiment_set(experiment, ICL_TAU, at(2))
    status = icl_experiment_set(experiment, ICL_ALPHA, 2.0_c_double)
    status = icl_experiment_set(experiment, ICL_KAPPA, 1.0_c_double)
    status = icl_experiment_set_checkpoint(experiment, icl_c_string(path))
    status = icl_experiment_run(experiment, c_null_ptr)
    call check(status == ICL_OK, 'an experiment runs')
    inquire (file=trim(path), exist=there)
    call check(there, 'and keeps its file under the name given, without the blanks')
    n = 0
    status = icl_experiment_sizes(experiment, n=n)
    call check(status == ICL_OK .and. n == 108, 'one size of four: n = 3 d^2')
    status = icl_experiment_set_checkpoint(experiment)
    call check(status == ICL_OK, 'no path: no file')
    status = icl_experiment_curve(experiment, ICL_TAU, 2_c_int64_t, at, 2_c_int64_t, &
      [ICL_QUANTITY_ICL, ICL_QUANTITY_IDG], c_null_ptr, mean=mean, sizes=sizes)
    call check(status == ICL_OK .and. all(sizes(4, :) == [18, 108]), 'a curve, its sizes in C''s order')
    status = icl_experiment_run(experiment, c_null_ptr)
    status = icl_experiment_result(experiment, ICL_QUANTITY_IDG, mean=single)
    call check(status == ICL_OK .and. abs(single - mean(2, 2)) <= 0, 'mean(quantity, point), to the bit that of a run')
    call icl_experiment_destroy(experiment)
  end subroutine
end program
