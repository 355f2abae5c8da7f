! Fits, test errors, baselines (estimator.h, testerror.h, baseline.h).
module icltheory_fits
  use, intrinsic :: iso_c_binding
  implicit none
  public

  interface
    integer(c_int32_t) function icl_estimator_create(out) bind(c)
      import
      type(c_ptr), intent(inout) :: out
    end function

    integer(c_int32_t) function icl_estimator_set_lambda(estimator, lambda) bind(c)
      import
      type(c_ptr), value :: estimator
      real(c_double), value :: lambda
    end function

    integer(c_int32_t) function icl_estimator_set_method(estimator, method) bind(c)
      import
      type(c_ptr), value :: estimator
      integer(c_int32_t), value :: method
    end function

    integer(c_int32_t) function icl_estimator_set_tolerance(estimator, relative) bind(c)
      import
      type(c_ptr), value :: estimator
      real(c_double), value :: relative
    end function

    integer(c_int32_t) function icl_estimator_set_max_iterations(estimator, count) bind(c)
      import
      type(c_ptr), value :: estimator
      integer(c_int64_t), value :: count
    end function

    integer(c_int32_t) function icl_estimator_fit(estimator, dataset, run) bind(c)
      import
      type(c_ptr), value :: estimator, dataset, run
    end function

    integer(c_int32_t) function icl_estimator_fit_path(estimator, dataset, count, lambda, run, gamma) bind(c)
      import
      type(c_ptr), value :: estimator, dataset
      integer(c_int64_t), value :: count
      real(c_double), intent(in) :: lambda(*)
      type(c_ptr), value :: run
      real(c_double), intent(out) :: gamma(*)
    end function

    integer(c_int32_t) function icl_estimator_gamma(estimator, gamma) bind(c)
      import
      type(c_ptr), value :: estimator
      real(c_double), intent(out) :: gamma(*)
    end function

    integer(c_int32_t) function icl_estimator_report(estimator, method, iterations, relative_residual, &
      training_error) bind(c)
      import
      type(c_ptr), value :: estimator
      integer(c_int32_t), intent(out), optional :: method
      integer(c_int64_t), intent(out), optional :: iterations
      real(c_double), intent(out), optional :: relative_residual, training_error
    end function

    subroutine icl_estimator_destroy(estimator) bind(c)
      import
      type(c_ptr), value :: estimator
    end subroutine

    integer(c_int32_t) function icl_test_law_create_fresh(d, l, rho, distribution, out) bind(c)
      import
      integer(c_int64_t), value :: d, l
      real(c_double), value :: rho
      integer(c_int32_t), value :: distribution
      type(c_ptr), intent(inout) :: out
    end function

    integer(c_int32_t) function icl_test_law_create_gaussian(d, l, rho, covariance, out) bind(c)
      import
      integer(c_int64_t), value :: d, l
      real(c_double), value :: rho
      real(c_double), intent(in) :: covariance(*)
      type(c_ptr), intent(inout) :: out
    end function

    integer(c_int32_t) function icl_test_law_create_pool(pool, l, rho, out) bind(c)
      import
      type(c_ptr), value :: pool
      integer(c_int64_t), value :: l
      real(c_double), value :: rho
      type(c_ptr), intent(inout) :: out
    end function

    integer(c_int32_t) function icl_test_error(law, gamma, error) bind(c)
      import
      type(c_ptr), value :: law
      real(c_double), intent(in) :: gamma(*)
      real(c_double), intent(out) :: error
    end function

    integer(c_int32_t) function icl_test_error_sampled(law, gamma, count, seed, run, mean, &
      standard_error) bind(c)
      import
      type(c_ptr), value :: law
      real(c_double), intent(in) :: gamma(*)
      integer(c_int64_t), value :: count, seed
      type(c_ptr), value :: run
      real(c_double), intent(out), optional :: mean, standard_error
    end function

    integer(c_int32_t) function icl_test_law_moments(law, A, B, c) bind(c)
      import
      type(c_ptr), value :: law
      real(c_double), intent(out), optional :: A(*), B(*), c
    end function

    integer(c_int32_t) function icl_test_law_optimal_gamma(law, lambda, gamma) bind(c)
      import
      type(c_ptr), value :: law
      real(c_double), value :: lambda
      real(c_double), intent(out) :: gamma(*)
    end function

    subroutine icl_test_law_destroy(law) bind(c)
      import
      type(c_ptr), value :: law
    end subroutine

    integer(c_int32_t) function icl_dmmse_error(pool, law, count, seed, run, mean, standard_error) bind(c)
      import
      type(c_ptr), value :: pool, law
      integer(c_int64_t), value :: count, seed
      type(c_ptr), value :: run
      real(c_double), intent(out), optional :: mean, standard_error
    end function

    integer(c_int32_t) function icl_bayes_ridge_error(law, count, seed, run, mean, standard_error) bind(c)
      import
      type(c_ptr), value :: law
      integer(c_int64_t), value :: count, seed
      type(c_ptr), value :: run
      real(c_double), intent(out), optional :: mean, standard_error
    end function
  end interface
end module
