"""The library's constants, with its numbers: a member may be given wherever the library takes a number."""
from __future__ import annotations

import enum


class Status(enum.IntEnum):
    """What a call of the library reports; the constants ``ICL_OK`` and ``ICL_ERR_...``."""

    OK = 0
    ARGUMENT = -1
    DOMAIN = -2
    NONFINITE = -3
    SIZE = -4
    STATE = -5
    NOT_CONVERGED = -100
    SINGULAR = -101
    MEMORY = -200
    IO = -201
    CANCELED = -300
    UNSUPPORTED = -301


class Parameter(enum.IntEnum):
    """The parameters of a learning curve; ``ICL_TAU`` and so on."""

    TAU = 1
    ALPHA = 2
    KAPPA = 3
    RHO = 4
    LAMBDA = 5
    TEST_ALPHA = 6
    TEST_RHO = 7


class Quantity(enum.IntEnum):
    """What the theory gives; ``ICL_QUANTITY_...``. ICL: fresh tasks; IDG: pretraining tasks; GAP: ICL - IDG."""

    ICL = 1
    IDG = 2
    GAP = 3
    BAYES = 4
    XI = 5


class Distribution(enum.IntEnum):
    """The law of a task, N(0, I) or uniform on the sphere of radius sqrt(d); ``ICL_TASKS_...``."""

    GAUSSIAN = 1
    SPHERE = 2


class Method(enum.IntEnum):
    """How a fit is solved; ``ICL_METHOD_...``."""

    AUTO = 0
    PRIMAL = 1
    DUAL = 2
    CG = 3


class Level(enum.IntEnum):
    """How much of the finite size ``FiniteTheory`` keeps; ``ICL_FINITE_...``."""

    POOL = 1
    CORRECTED = 2
