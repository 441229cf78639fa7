"""Register tiles: the few lines of machine code from which the fast kernels are made.

A processor multiplies and adds 16 float32 (or 8 float64) in one instruction, two such instructions per cycle, but only
from its vector registers: fetching operands from memory for each would leave it waiting. So the fast kernels compute
a tile of the result at a time, `rows` × `vectors` vectors that stay in registers from the first product to the last.
Each number loaded then serves a whole row or column of the tile.

Numba has no name for a vector register, and its loops use half of an AVX-512 register on many processors. A `Tile` is
such a name, and the intrinsics below say directly which instructions are meant. Arrays are read as flat: `at` counts
entries from the start of their data, nothing is checked, and a read past the end is the caller's fault. Numba's cache
knows of changes in the file of a cached function only: after a change here, delete the __pycache__ folders.
"""

import numpy as np
from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

_FEATURES = binding.get_host_cpu_features()
# Bytes in a vector register, and a tile that leaves room for its operands among the 32 registers of AVX-512 (and of
# Arm), or the 16 of older processors.
VECTOR = 64 if _FEATURES.get("avx512f") else 32 if _FEATURES.get("avx2") else 16
ROWS, VECTORS = (8, 3) if VECTOR != 32 else (4, 3)


class Tile(types.Type):
    def __init__(self, dtype, rows, vectors):
        self.dtype, self.rows, self.vectors = dtype, rows, vectors
        super().__init__(f"Tile({dtype}, {rows}, {vectors})")

    @property
    def places(self):
        return [(row, vector) for row in range(self.rows) for vector in range(self.vectors)]


def _vector(dtype):
    scalar, size = (ir.FloatType(), 4) if dtype == types.float32 else (ir.DoubleType(), 8)
    return ir.VectorType(scalar, VECTOR // size)


@register_model(Tile)
class _TileModel(models.PrimitiveModel):
    def __init__(self, manager, tile):
        super().__init__(manager, tile, ir.ArrayType(_vector(tile.dtype), tile.rows * tile.vectors))


def _intp(*names):
    return [types.intp] * len(names)


class _Memory:
    """An array's data, as scalars or as vectors."""

    def __init__(self, context, builder, array, value):
        self.builder, self.vector = builder, _vector(array.dtype)
        self.size = array.dtype.bitwidth // 8
        self.data = context.make_array(array)(context, builder, value).data

    def pointer(self, at, step, times):
        at = self.builder.add(at, self.builder.mul(step, ir.Constant(step.type, times)))
        return self.builder.gep(self.data, [at])

    def vector_pointer(self, *place):
        return self.builder.bitcast(self.pointer(*place), self.vector.as_pointer())

    def load(self, *place):
        return self.builder.load(self.vector_pointer(*place), align=self.size)

    def store(self, vector, *place):
        self.builder.store(vector, self.vector_pointer(*place), align=self.size)

    def broadcast(self, *place):
        """One scalar, in every lane of a vector."""
        one = self.builder.insert_element(
            ir.Constant(self.vector, ir.Undefined),
            self.builder.load(self.pointer(*place)),
            ir.Constant(ir.IntType(32), 0),
        )
        lanes = ir.Constant(ir.VectorType(ir.IntType(32), self.vector.count), None)
        return self.builder.shuffle_vector(one, ir.Constant(self.vector, ir.Undefined), lanes)


def _accumulate(builder, kind, tile, left, right):
    vector = _vector(kind.dtype)
    name = f"llvm.fmuladd.v{vector.count}f{kind.dtype.bitwidth}"
    function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(vector, [vector] * 3), name)
    for place, (row, column) in enumerate(kind.places):
        total = builder.call(function, [left[row], right[column], builder.extract_value(tile, place)])
        tile = builder.insert_value(tile, total, place)
    return tile


@intrinsic(prefer_literal=True)
def empty_tile(typing, like, rows, vectors):
    """A tile of zeros, of the dtype of the array `like`."""
    kind = Tile(like.dtype, rows.literal_value, vectors.literal_value)

    def generate(context, builder, signature, arguments):
        return ir.Constant(context.get_value_type(kind), None)

    return kind(like, rows, vectors), generate


@intrinsic(prefer_literal=True)
def add_products(typing, tile, a, a_at, a_step, b, b_at, b_step):
    """tile[r, v] + a[a_at + r·a_step] · b[b_at + v·b_step : … + lanes]: one number times a vector."""

    def generate(context, builder, signature, arguments):
        tile, a, a_at, a_step, b, b_at, b_step = arguments
        kind = signature.args[0]
        a, b = (_Memory(context, builder, signature.args[i], array) for i, array in ((1, a), (4, b)))
        right = [b.load(b_at, b_step, vector) for vector in range(kind.vectors)]
        left = [a.broadcast(a_at, a_step, row) for row in range(kind.rows)]
        return _accumulate(builder, kind, tile, left, right)

    return tile(tile, a, *_intp(a_at, a_step), b, *_intp(b_at, b_step)), generate


@intrinsic(prefer_literal=True)
def add_vector_products(typing, tile, a, a_at, a_step, b, b_at, b_step):
    """tile[r, v] + a[a_at + r·a_step : … + lanes] · b[b_at + v·b_step : … + lanes]: the lanes of a dot product."""

    def generate(context, builder, signature, arguments):
        tile, a, a_at, a_step, b, b_at, b_step = arguments
        kind = signature.args[0]
        a, b = (_Memory(context, builder, signature.args[i], array) for i, array in ((1, a), (4, b)))
        right = [b.load(b_at, b_step, vector) for vector in range(kind.vectors)]
        left = [a.load(a_at, a_step, row) for row in range(kind.rows)]
        return _accumulate(builder, kind, tile, left, right)

    return tile(tile, a, *_intp(a_at, a_step), b, *_intp(b_at, b_step)), generate


@intrinsic(prefer_literal=True)
def load_tile(typing, like, rows, vectors, at, row_step, vector_step):
    """The tile whose vector [r, v] begins at like[at + r·row_step + v·vector_step]."""
    kind = Tile(like.dtype, rows.literal_value, vectors.literal_value)

    def generate(context, builder, signature, arguments):
        array, _, _, at, row_step, vector_step = arguments
        memory = _Memory(context, builder, signature.args[0], array)
        tile = ir.Constant(context.get_value_type(kind), ir.Undefined)
        for place, (row, vector) in enumerate(kind.places):
            start = builder.add(at, builder.mul(row_step, ir.Constant(row_step.type, row)))
            tile = builder.insert_value(tile, memory.load(start, vector_step, vector), place)
        return tile

    return kind(like, rows, vectors, *_intp(at, row_step, vector_step)), generate


@intrinsic(prefer_literal=True)
def store_tile(typing, tile, out, at, row_step, vector_step):
    """out[at + r·row_step + v·vector_step : … + lanes] = tile[r, v]"""

    def generate(context, builder, signature, arguments):
        tile, out, at, row_step, vector_step = arguments
        memory = _Memory(context, builder, signature.args[1], out)
        for place, (row, vector) in enumerate(signature.args[0].places):
            start = builder.add(at, builder.mul(row_step, ir.Constant(row_step.type, row)))
            memory.store(builder.extract_value(tile, place), start, vector_step, vector)
        return context.get_dummy_value()

    return types.void(tile, out, *_intp(at, row_step, vector_step)), generate


def aligned(count, dtype):
    """`count` entries, the first on a boundary of 64 bytes: a vector that begins there lies in one cache line.

    They are whatever was there before: to clear much memory takes one core a while, so let all cores clear their own.
    """
    dtype = np.dtype(dtype)
    memory = np.empty(count * dtype.itemsize + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + count * dtype.itemsize].view(dtype)
