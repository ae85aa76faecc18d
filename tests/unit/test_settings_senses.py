"""Settings of tools that see, hear and draw: which addresses are at home, which files and models are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from kangban.adapters.onnx_vision.card import read_card
from kangban.adapters.sense_endpoints import SensePlace
from kangban.kernel.errors import SettingsRefused, Unavailable
from kangban.settings import at_home, read_settings

MODEL = {"KANGBAN_MODEL_URL": "http://127.0.0.1:8000", "KANGBAN_MODEL_NAME": "m"}


@pytest.mark.parametrize(
    ("url", "allow", "home"),
    [
        ("http://127.0.0.1:8000", "", True), ("http://localhost:1", "", True), ("http://[::1]:8", "", True),
        ("http://192.168.1.9:8000", "192.168.1.9:8000", True), ("http://192.168.1.9:8000/v1", "x:1, 192.168.1.9:8000", True),
        ("https://10.0.0.2", "10.0.0.2:443", True), ("http://[fd00::1]:9", "[fd00::1]:9", True),
        ("http://192.168.1.9:8000", "", False), ("http://192.168.1.9:8000", "192.168.1.9:8001", False),
        ("http://box.lan:8000", "box.lan:8000", False), ("http://8.8.8.8:80", "8.8.8.8:80", False),
        ("https://api.example.org", "api.example.org:443", False), ("http://127.0.0.1.example.org", "", False), ("", "", False),
        ("http://user@evil.example:1", "", False), ("http://192.168.1.9:99999", "192.168.1.9:99999", False),
    ],
)  # fmt: skip
def test_what_is_at_home(url: str, allow: str, home: bool) -> None:
    assert at_home(url, allow) is home


def test_files_and_models_are_read_by_name() -> None:
    environ = {"KANGBAN_ONNX_DETECT": "~/m.onnx", "KANGBAN_ONNX_POSE": " ", "KANGBAN_TOOL_MODEL_SIGHT": " qwen-vl "}
    settings = read_settings(environ=environ)
    assert settings.onnx_files == {"detect": Path("~/m.onnx").expanduser()}
    assert settings.tool_models == {"sight": "qwen-vl"}


@pytest.mark.parametrize(("said", "sees"), [("yes", True), ("YES ", True), ("no", False), ("", False)])
def test_whether_the_configured_model_sees(said: str, sees: bool) -> None:
    model = read_settings(environ=MODEL | {"KANGBAN_MODEL_IMAGES": said}).model
    assert model is not None
    assert model.images is sees


def test_anything_else_about_seeing_is_refused() -> None:
    with pytest.raises(SettingsRefused) as told:
        read_settings(environ=MODEL | {"KANGBAN_MODEL_IMAGES": "maybe"})
    assert told.value.field == "KANGBAN_MODEL_IMAGES"


def test_a_place_shows_no_key_and_no_address() -> None:
    assert repr(SensePlace("speak", "https://x.example/KEY", key=lambda: "SECRET")) == "SensePlace('speak')"


@pytest.mark.parametrize(
    ("names", "labels"),
    [("{0: 'cat', 2: 'dog'}", ("cat", "class 1", "dog")), ("['a', 'b']", ("a", "b")), ("__import__('os')", ()), ("{'a': 1}", ()), ("(" * 5_000, ()),
     ("{-1: 'x'}", ()), ("{999999: 'x'}", ()), ("", ())],
)  # fmt: skip
def test_labels_of_a_file_are_never_run(tmp_path: Path, names: str, labels: tuple[str, ...]) -> None:
    assert read_card(tmp_path / "m.onnx", {"names": names}, "X").labels == labels


@pytest.mark.parametrize(
    "card", ["{", '{"labels": 3}', '{"surprise": 1}', '{"std": [0, 1, 1]}', '{"size": [1]}', '{"fit": "crop"}']
)
def test_a_broken_card_is_named(tmp_path: Path, card: str) -> None:
    (tmp_path / "m.json").write_text(card, "utf-8")
    with pytest.raises(Unavailable, match="KANGBAN_ONNX_X"):
        read_card(tmp_path / "m.onnx", {}, "KANGBAN_ONNX_X")
