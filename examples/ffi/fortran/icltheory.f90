! libicltheory for Fortran: the whole of its C interface, under the same names.
!
! Functions return a status (ICL_OK or negative). What each does is said in include/icltheory/*.h; how its types look
! from Fortran, in README.md beside this file.
module icltheory
  use icltheory_base
  use icltheory_data
  use icltheory_fits
  use icltheory_theory
  use icltheory_experiment
  implicit none
  public
end module
