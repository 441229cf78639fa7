"""Whatever a function might return, drawn by hypothesis."""

from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from autograder.wire import DTYPES, Strange, Token

dtypes = st.sampled_from(sorted(DTYPES, key=str))
arrays = stn.arrays(dtypes, stn.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**80), 2**80),
    st.floats(),
    st.text(st.characters()),
    st.builds(Token, st.integers(0, 2**40)),
    st.builds(Strange, st.text()),
    arrays,
    dtypes.flatmap(stn.from_dtype),
)
data = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text(), inner, max_size=4),
    ),
    max_leaves=12,
)
