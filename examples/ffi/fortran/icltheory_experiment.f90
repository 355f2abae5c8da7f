! Replicated experiments (experiment.h).
module icltheory_experiment
  use, intrinsic :: iso_c_binding
  implicit none
  public

  interface
    integer(c_int32_t) function icl_experiment_create(d, out) bind(c)
      import
      integer(c_int64_t), value :: d
      type(c_ptr), intent(inout) :: out
    end function

    integer(c_int32_t) function icl_experiment_set(experiment, parameter, value) bind(c)
      import
      type(c_ptr), value :: experiment
      integer(c_int32_t), value :: parameter
      real(c_double), value :: value
    end function

    integer(c_int32_t) function icl_experiment_set_distribution(experiment, distribution) bind(c)
      import
      type(c_ptr), value :: experiment
      integer(c_int32_t), value :: distribution
    end function

    integer(c_int32_t) function icl_experiment_set_replicates(experiment, count) bind(c)
      import
      type(c_ptr), value :: experiment
      integer(c_int64_t), value :: count
    end function

    integer(c_int32_t) function icl_experiment_set_seed(experiment, seed) bind(c)
      import
      type(c_ptr), value :: experiment
      integer(c_int64_t), value :: seed
    end function

    integer(c_int32_t) function icl_experiment_set_checkpoint(experiment, path) bind(c)
      import
      type(c_ptr), value :: experiment
      character(kind=c_char), intent(in), optional :: path(*)
    end function

    integer(c_int32_t) function icl_experiment_run(experiment, run) bind(c)
      import
      type(c_ptr), value :: experiment, run
    end function

    integer(c_int32_t) function icl_experiment_result(experiment, quantity, mean, standard_error) bind(c)
      import
      type(c_ptr), value :: experiment
      integer(c_int32_t), value :: quantity
      real(c_double), intent(out), optional :: mean, standard_error
    end function

    integer(c_int32_t) function icl_experiment_replicates(experiment, quantity, values) bind(c)
      import
      type(c_ptr), value :: experiment
      integer(c_int32_t), value :: quantity
      real(c_double), intent(out) :: values(*)
    end function

    integer(c_int32_t) function icl_experiment_sizes(experiment, d, l, k, n) bind(c)
      import
      type(c_ptr), value :: experiment
      integer(c_int64_t), intent(out), optional :: d, l, k, n
    end function

    integer(c_int32_t) function icl_experiment_theory(experiment, quantity, value) bind(c)
      import
      type(c_ptr), value :: experiment
      integer(c_int32_t), value :: quantity
      real(c_double), intent(out) :: value
    end function

    integer(c_int32_t) function icl_experiment_curve(experiment, vary, count, at, quantity_count, &
      quantities, run, mean, standard_error, theory, sizes) bind(c)
      import
      type(c_ptr), value :: experiment
      integer(c_int32_t), value :: vary
      integer(c_int64_t), value :: count
      real(c_double), intent(in) :: at(*)
      integer(c_int64_t), value :: quantity_count
      integer(c_int32_t), intent(in) :: quantities(*)
      type(c_ptr), value :: run
      real(c_double), intent(out), optional :: mean(*), standard_error(*), theory(*)
      integer(c_int64_t), intent(out), optional :: sizes(*)
    end function

    subroutine icl_experiment_destroy(experiment) bind(c)
      import
      type(c_ptr), value :: experiment
    end subroutine
  end interface
end module
