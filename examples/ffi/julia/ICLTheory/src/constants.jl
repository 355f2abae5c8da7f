# The numbers of the headers, under their names there. What selects something is an enumeration, so that a quantity is
# not taken for a parameter; a status may be one that a newer library has added, so it is a number.

@enum Distribution::Int32 begin
    ICL_TASKS_GAUSSIAN = 1
    ICL_TASKS_SPHERE = 2
end

@enum Solver::Int32 begin
    ICL_METHOD_AUTO = 0
    ICL_METHOD_PRIMAL = 1
    ICL_METHOD_DUAL = 2
    ICL_METHOD_CG = 3
end

@enum Parameter::Int32 begin
    ICL_TAU = 1
    ICL_ALPHA = 2
    ICL_KAPPA = 3
    ICL_RHO = 4
    ICL_LAMBDA = 5
    ICL_TEST_ALPHA = 6
    ICL_TEST_RHO = 7
end

@enum Quantity::Int32 begin
    ICL_QUANTITY_ICL = 1
    ICL_QUANTITY_IDG = 2
    ICL_QUANTITY_GAP = 3
    ICL_QUANTITY_BAYES = 4
    ICL_QUANTITY_XI = 5
end

@enum Level::Int32 begin
    ICL_FINITE_POOL = 1
    ICL_FINITE_CORRECTED = 2
end

const ICL_OK = Int32(0)
const ICL_ERR_ARGUMENT = Int32(-1)
const ICL_ERR_DOMAIN = Int32(-2)
const ICL_ERR_NONFINITE = Int32(-3)
const ICL_ERR_SIZE = Int32(-4)
const ICL_ERR_STATE = Int32(-5)
const ICL_ERR_NOT_CONVERGED = Int32(-100)
const ICL_ERR_SINGULAR = Int32(-101)
const ICL_ERR_MEMORY = Int32(-200)
const ICL_ERR_IO = Int32(-201)
const ICL_ERR_CANCELED = Int32(-300)
const ICL_ERR_UNSUPPORTED = Int32(-301)

export ICL_TASKS_GAUSSIAN, ICL_TASKS_SPHERE
export ICL_METHOD_AUTO, ICL_METHOD_PRIMAL, ICL_METHOD_DUAL, ICL_METHOD_CG
export ICL_TAU, ICL_ALPHA, ICL_KAPPA, ICL_RHO, ICL_LAMBDA, ICL_TEST_ALPHA, ICL_TEST_RHO
export ICL_QUANTITY_ICL, ICL_QUANTITY_IDG, ICL_QUANTITY_GAP, ICL_QUANTITY_BAYES, ICL_QUANTITY_XI
export ICL_FINITE_POOL, ICL_FINITE_CORRECTED
export ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_NONFINITE, ICL_ERR_SIZE, ICL_ERR_STATE
export ICL_ERR_NOT_CONVERGED, ICL_ERR_SINGULAR, ICL_ERR_MEMORY, ICL_ERR_IO, ICL_ERR_CANCELED, ICL_ERR_UNSUPPORTED
