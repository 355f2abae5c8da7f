! A learning curve of the theory, a fit beside it, and a message of the library.
program example
  use icltheory
  implicit none
  integer(c_int64_t), parameter :: d = 20, k = 10, l = 200, n = 800
  real(c_double), parameter :: rho = 0.01_c_double, lambda = 0.1_c_double
  real(c_double) :: tau(8), curve(8), error, limit
  real(c_double) :: gamma(d + 1, d) ! C's Gamma[i][j] is gamma(j + 1, i + 1)
  type(c_ptr) :: pool = c_null_ptr, data = c_null_ptr, fit = c_null_ptr, fresh = c_null_ptr, theory = c_null_ptr
  integer :: i

  call check(icl_task_pool_create(d, k, ICL_TASKS_GAUSSIAN, 1_c_int64_t, pool))
  call check(icl_dataset_create(pool, l, n, rho, 1_c_int64_t, data))
  call check(icl_estimator_create(fit))
  call check(icl_estimator_set_lambda(fit, lambda))
  call check(icl_estimator_fit(fit, data, c_null_ptr))
  call check(icl_estimator_gamma(fit, gamma))
  call check(icl_test_law_create_fresh(d, l, rho, ICL_TASKS_GAUSSIAN, fresh))
  call check(icl_test_error(fresh, gamma, error))

  call check(icl_theory_create(ratio(n, d*d), ratio(l, d), ratio(k, d), rho, lambda, theory))
  call check(icl_theory_value(theory, ICL_QUANTITY_ICL, limit))
  print '(a, f6.4, a, f6.4)', 'error on fresh tasks: ', error, '; in the limit of large d: ', limit

  tau = [(0.5_c_double*i, i=1, size(tau))]
  call check(icl_theory_curve(theory, ICL_QUANTITY_ICL, ICL_TAU, size(tau, kind=c_int64_t), tau, curve))
  do i = 1, size(tau)
    print '(a, f3.1, a, f6.4)', 'tau = ', tau(i), ': ', curve(i)
  end do

  if (icl_theory_set(theory, ICL_TAU, -1.0_c_double) /= ICL_OK) then
    print '(2a)', 'as expected: ', icl_text(icl_last_error_message())
  end if

  call icl_theory_destroy(theory)
  call icl_test_law_destroy(fresh)
  call icl_estimator_destroy(fit)
  call icl_dataset_destroy(data)
  call icl_task_pool_destroy(pool)

contains

  pure real(c_double) function ratio(numerator, denominator)
    integer(c_int64_t), intent(in) :: numerator, denominator

    ratio = real(numerator, c_double)/real(denominator, c_double)
  end function

  subroutine check(status)
    integer(c_int32_t), intent(in) :: status

    if (status == ICL_OK) return
    print '(2a)', 'failed: ', icl_text(icl_last_error_message())
    error stop 1
  end subroutine
end program
