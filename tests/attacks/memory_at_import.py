"""Asks for all memory at once while it is imported, in one array and one list."""
# unit: linear
# expect: MemoryError

import numpy as np

KEPT = np.ones(3 << 27)
