! The theory, in the limit and at finite size (theory.h, finite.h).
module icltheory_theory
  use, intrinsic :: iso_c_binding
  implicit none
  public

  interface
    integer(c_int32_t) function icl_theory_create(tau, alpha, kappa, rho, lambda, out) bind(c)
      import
      real(c_double), value :: tau, alpha, kappa, rho, lambda
      type(c_ptr), intent(inout) :: out
    end function

    integer(c_int32_t) function icl_theory_set(theory, parameter, value) bind(c)
      import
      type(c_ptr), value :: theory
      integer(c_int32_t), value :: parameter
      real(c_double), value :: value
    end function

    integer(c_int32_t) function icl_theory_clear(theory, parameter) bind(c)
      import
      type(c_ptr), value :: theory
      integer(c_int32_t), value :: parameter
    end function

    integer(c_int32_t) function icl_theory_get(theory, parameter, value) bind(c)
      import
      type(c_ptr), value :: theory
      integer(c_int32_t), value :: parameter
      real(c_double), intent(out) :: value
    end function

    integer(c_int32_t) function icl_theory_value(theory, quantity, value) bind(c)
      import
      type(c_ptr), value :: theory
      integer(c_int32_t), value :: quantity
      real(c_double), intent(out) :: value
    end function

    integer(c_int32_t) function icl_theory_curve(theory, quantity, vary, count, at, values) bind(c)
      import
      type(c_ptr), value :: theory
      integer(c_int32_t), value :: quantity, vary
      integer(c_int64_t), value :: count
      real(c_double), intent(in) :: at(*)
      real(c_double), intent(out) :: values(*)
    end function

    integer(c_int32_t) function icl_theory_batch(count, tau, alpha, kappa, rho, lambda, quantity, &
      values) bind(c)
      import
      integer(c_int64_t), value :: count
      real(c_double), intent(in) :: tau(*), alpha(*), kappa(*), rho(*), lambda(*)
      integer(c_int32_t), value :: quantity
      real(c_double), intent(out) :: values(*)
    end function

    integer(c_int32_t) function icl_theory_derivative(theory, quantity, parameter, value) bind(c)
      import
      type(c_ptr), value :: theory
      integer(c_int32_t), value :: quantity, parameter
      real(c_double), intent(out) :: value
    end function

    integer(c_int32_t) function icl_theory_minimum(theory, quantity, vary, lower, upper, at, value) bind(c)
      import
      type(c_ptr), value :: theory
      integer(c_int32_t), value :: quantity, vary
      real(c_double), value :: lower, upper
      real(c_double), intent(out), optional :: at, value
    end function

    integer(c_int32_t) function icl_theory_stationary(theory, quantity, vary, lower, upper, capacity, at, &
      count) bind(c)
      import
      type(c_ptr), value :: theory
      integer(c_int32_t), value :: quantity, vary
      real(c_double), value :: lower, upper
      integer(c_int64_t), value :: capacity
      real(c_double), intent(out), optional :: at(*)
      integer(c_int64_t), intent(out) :: count
    end function

    subroutine icl_theory_destroy(theory) bind(c)
      import
      type(c_ptr), value :: theory
    end subroutine

    integer(c_int32_t) function icl_finite_theory_create(pool, l, n, rho, lambda, level, out) bind(c)
      import
      type(c_ptr), value :: pool
      integer(c_int64_t), value :: l, n
      real(c_double), value :: rho, lambda
      integer(c_int32_t), value :: level
      type(c_ptr), intent(inout) :: out
    end function

    integer(c_int32_t) function icl_finite_theory_set_samples(theory, count) bind(c)
      import
      type(c_ptr), value :: theory
      integer(c_int64_t), value :: count
    end function

    integer(c_int32_t) function icl_finite_theory_set_seed(theory, seed) bind(c)
      import
      type(c_ptr), value :: theory
      integer(c_int64_t), value :: seed
    end function

    integer(c_int32_t) function icl_finite_theory_solve(theory, run) bind(c)
      import
      type(c_ptr), value :: theory, run
    end function

    integer(c_int32_t) function icl_finite_theory_error(theory, law, error, standard_error) bind(c)
      import
      type(c_ptr), value :: theory, law
      real(c_double), intent(out) :: error
      real(c_double), intent(out), optional :: standard_error
    end function

    subroutine icl_finite_theory_destroy(theory) bind(c)
      import
      type(c_ptr), value :: theory
    end subroutine
  end interface
end module
