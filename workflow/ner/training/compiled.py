"""What the compiled kernels share."""

import math

import numba
import numpy as np
from numba.extending import overload

#: Arguments of `numba.njit`. Sums may be reordered and products fused, and a division by zero gives what the hardware
#: gives: a test of every divisor would keep loops from being vectorised.
FAST = {"cache": True, "error_model": "numpy", "fastmath": {"contract", "reassoc", "nsz", "arcp"}}


def exponential(value):
    """exp(value), value in [-80, 0]."""


# Without reassociation, which would undo the rounding below.
@overload(exponential, jit_options={"error_model": "numpy", "fastmath": {"contract"}})
def _exponential(value):
    if value != numba.float32:
        return lambda value: math.exp(value)

    # exp(x) = 2^k exp(r), |r| <= log(2) / 2, with Cephes' minimax polynomial for exp(r): within 1e-7 relative, and
    # free of calls, so that the loop around it is vectorised.
    per_octave = np.float32(1 / math.log(2))
    log2_high, log2_low = np.float32(0.693359375), np.float32(-2.12194440e-4)
    c0, c1, c2 = np.float32(1.9875691500e-4), np.float32(1.3981999507e-3), np.float32(8.3334519073e-3)
    c3, c4, c5 = np.float32(4.1665795894e-2), np.float32(1.6666665459e-1), np.float32(5.0000001201e-1)
    one = np.float32(1)
    # A float32 of this size has no bits behind the point: adding it rounds to k, which is then in the last bits.
    whole = np.float32(1.5 * 2**23)

    def vectorised(value):
        shifted = np.float32(value * per_octave + whole)
        k = shifted - whole
        r = (value - k * log2_high) - k * log2_low
        tail = ((((c0 * r + c1) * r + c2) * r + c3) * r + c4) * r + c5
        power = np.int32((shifted.view(np.int32) + np.int32(127)) << np.int32(23)).view(np.float32)
        return (tail * (r * r) + r + one) * power

    return vectorised
