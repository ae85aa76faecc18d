"""docs/onnx-tool.md works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from kangban.clinical.person import UNKNOWN_PERSON
from kangban.kernel.errors import InvalidInput
from kangban.ports.media import MediaShelf
from kangban.ports.tool import ToolContext, ToolSpec
from tests.support.senses_stubs.scenes import scene
from tests.support.senses_stubs.seers import Seer

GUIDE = Path(__file__).resolve().parents[4] / "docs" / "onnx-tool.md"


async def test_a_model_of_ones_own_becomes_a_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seer = Seer()
    seer.output(seer.do("ReduceMean", [seer.masks[0]], axes=[1, 2, 3], keepdims=0), "share", [1])
    seer.write(tmp_path / "my_model.onnx")
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    room: dict[str, Any] = {"__name__": "tutorial"}
    exec(block, room)  # our own page
    made: ToolSpec = room["red_share"]
    shelf = MediaShelf()
    context = ToolContext("", "", UNKNOWN_PERSON, "zh", media=shelf)
    for width, share in ((64, 0.25), (128, 0.5), (256, 1.0)):
        ref = shelf.put(scene(red=(0, 0, width, 128)))
        assert (await made.call(context, {"image": ref})).content["red_share"] == pytest.approx(share, abs=0.02)
    with pytest.raises(InvalidInput):
        await made.call(context, {"image": "photo.jpg"})
    assert made.parameters["properties"]["image"]["x-media"] == "image"
