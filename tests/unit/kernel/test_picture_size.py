"""The size of a picture by its header: what PIL writes is read, what is broken is None."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kangban.kernel.picture_size import picture_size


def written(width: int, height: int, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("L" if options.pop("grey", False) else "RGB", (width, height)).save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize(("width", "height"), [(1, 1), (640, 480), (37, 5000)])
@pytest.mark.parametrize(
    ("kind", "options"),
    [("PNG", {}), ("JPEG", {}), ("JPEG", {"progressive": True}), ("JPEG", {"exif": b"Exif\0\0" + bytes(300)}), ("JPEG", {"grey": True}),
     ("JPEG", {"comment": b"\xff\xc0 not a frame"})],
)  # fmt: skip
def test_a_picture_tells_its_size(width: int, height: int, kind: str, options: dict[str, object]) -> None:
    assert picture_size(written(width, height, kind, **dict(options))) == (width, height)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8" + b"\xff" * 40,
        b"\xff\xd8\xff\xe0\x00\x00aaaaaaaaaaaaaaa",
    ],
)
def test_anything_else_is_none(content: bytes) -> None:
    assert picture_size(content) is None


@given(st.binary(max_size=300))
def test_no_bytes_break_it(content: bytes) -> None:
    for start in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"\xff\xd8\xff\xe1"):
        found = picture_size(start + content)
        assert found is None or min(found) > 0


@given(st.integers(2, 400))
def test_half_a_picture_tells_it_or_none(cut: int) -> None:
    whole = written(64, 48, "JPEG")
    assert picture_size(whole[:cut]) in (None, (64, 48))
