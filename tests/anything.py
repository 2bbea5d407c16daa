"""Hypothesis strategies for what people pass to the core by mistake."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

FLOATS = st.floats(width=64)  # NaN, infinities, the largest and the tiniest among them
DTYPES = st.one_of(
    hnp.floating_dtypes(),  # float16 to float64, both byte orders
    hnp.integer_dtypes(),
    hnp.unsigned_integer_dtypes(),
    hnp.boolean_dtypes(),
    hnp.complex_number_dtypes(),
    hnp.datetime64_dtypes(),
    hnp.unicode_string_dtypes(max_len=3),
)


@st.composite
def held_oddly(draw, arrays):
    """The array itself, or the same numbers held in another way."""
    array = draw(arrays)
    ways = ["as it is", "as it is", "read-only", "every second", "Fortran", "masked"]
    way = draw(st.sampled_from(ways))
    if way == "read-only":
        array.flags.writeable = False
    elif way == "every second" and array.ndim:
        array = np.repeat(array, 2, axis=-1)[..., ::2]
    elif way == "Fortran":
        array = np.asfortranarray(array)
    elif way == "masked" and array.dtype.kind in "fiub":
        array = np.ma.masked_array(array, mask=draw(hnp.arrays(bool, array.shape)))
    return array


def arrays_of(shapes):
    """Arrays of any dtype."""
    return held_oddly(hnp.arrays(dtype=DTYPES, shape=shapes))


ORDINARY = {"min_value": -100, "max_value": 100}
ANY = {}  # NaN and the infinities as well
HUGE = {"min_value": 2.0**60, "max_value": 2.0**100}
FINITE = {"min_value": -(2.0**100), "max_value": 2.0**100}
LABELS = {"min_value": 0, "max_value": 1}


def floats_of(shapes, elements=ORDINARY):
    """Arrays of float32 or float64."""
    return held_oddly(
        st.sampled_from([np.float32, np.float64]).flatmap(
            lambda dtype: hnp.arrays(dtype, shapes, elements=elements)
        )
    )


SMALL_SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5)

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10),
    st.sampled_from([10**30, -(10**30), 2**63, 1e308, 5e-324]),
    FLOATS,
    st.complex_numbers(),
    st.text(max_size=5),
    st.binary(max_size=5),
    st.builds(object),
    st.sampled_from([np.float32(0.5), np.int64(3), np.bool_(True), np.nan, np.str_("mse")]),
)

THINGS = st.one_of(
    SCALARS,
    st.lists(st.one_of(SCALARS, st.lists(SCALARS, max_size=3)), max_size=4),
    st.dictionaries(st.text(max_size=2), SCALARS, max_size=2),
    arrays_of(SMALL_SHAPES),
    hnp.arrays(object, SMALL_SHAPES, elements=SCALARS),
)


def mostly_of(usual, seldom):
    """The usual nineteen times in twenty, so that the other arguments are looked at too."""
    return st.integers(1, 20).flatmap(lambda number: seldom if number == 20 else usual)


def mostly(good):
    """Good values, and sometimes anything at all."""
    return mostly_of(good, THINGS)


def snapshot(value):
    """What an argument holds, to see afterwards that it was not changed."""
    if isinstance(value, np.ndarray):
        data = np.ma.getdata(value)
        contents = data.tobytes() if data.dtype != object else repr(data.tolist())
        return value.shape, value.dtype, contents, np.ma.getmaskarray(value).tobytes()
    return repr(value)
