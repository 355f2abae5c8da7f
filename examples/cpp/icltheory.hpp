// libicltheory from C++11: include this file, which includes the others beside it. See README.md.
#ifndef ICLTHEORY_HPP
#define ICLTHEORY_HPP

#include "icltheory_base.hpp"
#include "icltheory_data.hpp"
#include "icltheory_experiment.hpp"
#include "icltheory_fit.hpp"
#include "icltheory_theory.hpp"

#endif
