"""Equal values are equal bytes."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangban.kernel.canonical import canonical_json
from kangban.kernel.errors import InvalidInput

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab奶"), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_reading_and_writing_again_gives_the_same_bytes(value):
    written = canonical_json(value)
    assert canonical_json(msgspec.json.decode(written)) == written


def test_keys_are_sorted_and_chinese_stays_readable():
    assert canonical_json({"b": 1, "a": {"d": "奶奶", "c": None}}) == '{"a":{"c":null,"d":"奶奶"},"b":1}'


@pytest.mark.parametrize("value", ["\ud83e", {"k": "\udc00"}, object(), {1j: 1}])
def test_what_json_cannot_hold_is_refused(value):
    with pytest.raises(InvalidInput):
        canonical_json(value)
