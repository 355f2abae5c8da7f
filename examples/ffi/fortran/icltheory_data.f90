! Tasks, datasets and linear attention itself (tasks.h, dataset.h, attention.h).
module icltheory_data
  use, intrinsic :: iso_c_binding
  implicit none
  public

  interface
    integer(c_int32_t) function icl_task_pool_create(d, k, distribution, seed, out) bind(c)
      import
      integer(c_int64_t), value :: d, k
      integer(c_int32_t), value :: distribution
      integer(c_int64_t), value :: seed
      type(c_ptr), intent(inout) :: out
    end function

    integer(c_int32_t) function icl_task_pool_create_infinite(d, distribution, seed, out) bind(c)
      import
      integer(c_int64_t), value :: d
      integer(c_int32_t), value :: distribution
      integer(c_int64_t), value :: seed
      type(c_ptr), intent(inout) :: out
    end function

    integer(c_int32_t) function icl_task_pool_create_from(d, k, tasks, out) bind(c)
      import
      integer(c_int64_t), value :: d, k
      real(c_double), intent(in) :: tasks(*)
      type(c_ptr), intent(inout) :: out
    end function

    integer(c_int64_t) function icl_task_pool_dimension(pool) bind(c)
      import
      type(c_ptr), value :: pool
    end function

    integer(c_int64_t) function icl_task_pool_size(pool) bind(c)
      import
      type(c_ptr), value :: pool
    end function

    integer(c_int32_t) function icl_task_pool_copy(pool, tasks) bind(c)
      import
      type(c_ptr), value :: pool
      real(c_double), intent(out) :: tasks(*)
    end function

    subroutine icl_task_pool_destroy(pool) bind(c)
      import
      type(c_ptr), value :: pool
    end subroutine

    integer(c_int32_t) function icl_dataset_create(pool, l, n, rho, seed, out) bind(c)
      import
      type(c_ptr), value :: pool
      integer(c_int64_t), value :: l, n
      real(c_double), value :: rho
      integer(c_int64_t), value :: seed
      type(c_ptr), intent(inout) :: out
    end function

    integer(c_int32_t) function icl_dataset_create_empty(d, out) bind(c)
      import
      integer(c_int64_t), value :: d
      type(c_ptr), intent(inout) :: out
    end function

    integer(c_int32_t) function icl_dataset_append_sequences(dataset, l, count, x, y) bind(c)
      import
      type(c_ptr), value :: dataset
      integer(c_int64_t), value :: l, count
      real(c_double), intent(in) :: x(*), y(*)
    end function

    integer(c_int32_t) function icl_dataset_append_features(dataset, count, query, context, target) bind(c)
      import
      type(c_ptr), value :: dataset
      integer(c_int64_t), value :: count
      real(c_double), intent(in) :: query(*), context(*), target(*)
    end function

    integer(c_int32_t) function icl_dataset_set_memory_limit(dataset, bytes) bind(c)
      import
      type(c_ptr), value :: dataset
      integer(c_int64_t), value :: bytes
    end function

    integer(c_int32_t) function icl_dataset_copy_rows(dataset, first, count, query, context, target) bind(c)
      import
      type(c_ptr), value :: dataset
      integer(c_int64_t), value :: first, count
      real(c_double), intent(out), optional :: query(*), context(*), target(*)
    end function

    integer(c_int64_t) function icl_dataset_dimension(dataset) bind(c)
      import
      type(c_ptr), value :: dataset
    end function

    integer(c_int64_t) function icl_dataset_size(dataset) bind(c)
      import
      type(c_ptr), value :: dataset
    end function

    integer(c_int32_t) function icl_dataset_error(dataset, gamma, run, mean, standard_error) bind(c)
      import
      type(c_ptr), value :: dataset
      real(c_double), intent(in) :: gamma(*)
      type(c_ptr), value :: run
      real(c_double), intent(out), optional :: mean, standard_error
    end function

    subroutine icl_dataset_destroy(dataset) bind(c)
      import
      type(c_ptr), value :: dataset
    end subroutine

    integer(c_int32_t) function icl_sequences_draw(pool, l, n, rho, seed, run, x, y, task) bind(c)
      import
      type(c_ptr), value :: pool
      integer(c_int64_t), value :: l, n
      real(c_double), value :: rho
      integer(c_int64_t), value :: seed
      type(c_ptr), value :: run
      real(c_double), intent(out) :: x(*), y(*)
      integer(c_int64_t), intent(out), optional :: task(*)
    end function

    integer(c_int32_t) function icl_features(d, l, n, x, y, query, context, target) bind(c)
      import
      integer(c_int64_t), value :: d, l, n
      real(c_double), intent(in) :: x(*), y(*)
      real(c_double), intent(out), optional :: query(*), context(*), target(*)
    end function

    integer(c_int32_t) function icl_gamma_predict(d, n, gamma, query, context, prediction) bind(c)
      import
      integer(c_int64_t), value :: d, n
      real(c_double), intent(in) :: gamma(*), query(*), context(*)
      real(c_double), intent(out) :: prediction(*)
    end function

    integer(c_int32_t) function icl_attention_predict(d, l, V, M, x, y, prediction) bind(c)
      import
      integer(c_int64_t), value :: d, l
      real(c_double), intent(in) :: V(*), M(*), x(*), y(*)
      real(c_double), intent(out) :: prediction
    end function

    integer(c_int32_t) function icl_attention_reduce(d, V, M, gamma) bind(c)
      import
      integer(c_int64_t), value :: d
      real(c_double), intent(in) :: V(*), M(*)
      real(c_double), intent(out) :: gamma(*)
    end function
  end interface
end module
