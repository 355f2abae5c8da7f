! Constants, status, version, runs (status.h, version.h, run.h), and text from and to C.
module icltheory_base
  use, intrinsic :: iso_c_binding
  implicit none
  public

  ! Status codes: what a function returns (status.h).
  integer(c_int32_t), parameter :: &
    ICL_OK = 0, &
    ICL_ERR_ARGUMENT = -1, &
    ICL_ERR_DOMAIN = -2, &
    ICL_ERR_NONFINITE = -3, &
    ICL_ERR_SIZE = -4, &
    ICL_ERR_STATE = -5, &
    ICL_ERR_NOT_CONVERGED = -100, &
    ICL_ERR_SINGULAR = -101, &
    ICL_ERR_MEMORY = -200, &
    ICL_ERR_IO = -201, &
    ICL_ERR_CANCELED = -300, &
    ICL_ERR_UNSUPPORTED = -301

  ! Laws of a task (tasks.h).
  integer(c_int32_t), parameter :: &
    ICL_TASKS_GAUSSIAN = 1, &
    ICL_TASKS_SPHERE = 2

  ! How the ridge problem is solved (estimator.h).
  integer(c_int32_t), parameter :: &
    ICL_METHOD_AUTO = 0, &
    ICL_METHOD_PRIMAL = 1, &
    ICL_METHOD_DUAL = 2, &
    ICL_METHOD_CG = 3

  ! Parameters (theory.h).
  integer(c_int32_t), parameter :: &
    ICL_TAU = 1, &
    ICL_ALPHA = 2, &
    ICL_KAPPA = 3, &
    ICL_RHO = 4, &
    ICL_LAMBDA = 5, &
    ICL_TEST_ALPHA = 6, &
    ICL_TEST_RHO = 7

  ! Quantities (theory.h).
  integer(c_int32_t), parameter :: &
    ICL_QUANTITY_ICL = 1, &
    ICL_QUANTITY_IDG = 2, &
    ICL_QUANTITY_GAP = 3, &
    ICL_QUANTITY_BAYES = 4, &
    ICL_QUANTITY_XI = 5

  ! Levels of the theory at finite size (finite.h).
  integer(c_int32_t), parameter :: &
    ICL_FINITE_POOL = 1, &
    ICL_FINITE_CORRECTED = 2

  ! The shape of a callback, to be given to icl_run_set_progress as c_funloc(procedure). It has to be bind(c). Returning
  ! anything but 0 cancels the computation.
  abstract interface
    integer(c_int32_t) function icl_progress_fn(done, total, user) bind(c)
      import
      integer(c_int64_t), value :: done, total
      type(c_ptr), value :: user
    end function
  end interface

  interface
    type(c_ptr) function icl_version_string() bind(c)
      import
    end function

    integer(c_int32_t) function icl_version_number() bind(c)
      import
    end function

    type(c_ptr) function icl_status_string(status) bind(c)
      import
      integer(c_int32_t), value :: status
    end function

    type(c_ptr) function icl_last_error_message() bind(c)
      import
    end function

    integer(c_int32_t) function icl_run_create(out) bind(c)
      import
      type(c_ptr), intent(inout) :: out
    end function

    integer(c_int32_t) function icl_run_set_threads(run, threads) bind(c)
      import
      type(c_ptr), value :: run
      integer(c_int64_t), value :: threads
    end function

    integer(c_int32_t) function icl_run_set_progress(run, fn, user) bind(c)
      import
      type(c_ptr), value :: run
      type(c_funptr), value :: fn
      type(c_ptr), value :: user
    end function

    subroutine icl_run_destroy(run) bind(c)
      import
      type(c_ptr), value :: run
    end subroutine
  end interface

contains

  ! A C string as Fortran text: icl_text(icl_last_error_message()).
  function icl_text(address) result(text)
    type(c_ptr), intent(in) :: address
    character(len=:), allocatable :: text
    character(kind=c_char), pointer :: characters(:)
    integer :: i
    interface
      integer(c_size_t) function c_strlen(string) bind(c, name="strlen")
        import
        type(c_ptr), value :: string
      end function
    end interface

    call c_f_pointer(address, characters, [c_strlen(address)])
    allocate (character(len=size(characters)) :: text)
    do i = 1, size(characters)
      text(i:i) = characters(i)
    end do
  end function

  ! Fortran text, without the blanks at its end, as a C string.
  function icl_c_string(text) result(string)
    character(len=*), intent(in) :: text
    character(kind=c_char, len=:), allocatable :: string

    string = trim(text)//c_null_char
  end function
end module
