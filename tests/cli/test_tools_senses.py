"""`kangban tools call …` with pictures and sound, as a script does it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.script import Script
from tests.support.senses_stubs import seers
from tests.support.senses_stubs.openai_senses import sound
from tests.support.senses_stubs.scenes import scene
from tests.support.senses_stubs.server import serving


def test_a_model_file_and_a_photograph_give_boxes(script: Script, tmp_path: Path) -> None:
    photo, model = tmp_path / "photo.jpg", seers.yolo(tmp_path / "m.onnx")
    photo.write_bytes(scene(128, 256, red=(16, 40, 64, 88), as_="JPEG", exif=6).content)
    ran = script.run("tools", "call", "detect_objects", "--media", str(photo), "--json", KANGBAN_ONNX_DETECT=str(model))
    assert ran.code == 0
    found = ran.answer["content"]
    assert found["counts"] == {"red": 1}
    assert (found["picture"]["width"], found["picture"]["height"]) == (128, 256)
    edges = script.run("tools", "call", "edges", "--media", str(photo), "--out", str(tmp_path), "--json").answer
    assert Path(edges["media"][0]["file"]).read_bytes().startswith(b"\x89PNG")


def test_what_is_missing_is_said_with_its_own_code(script: Script, tmp_path: Path) -> None:
    photo, text = tmp_path / "p.png", tmp_path / "t.txt"
    photo.write_bytes(scene().content)
    text.write_text("no picture", "utf-8")
    ran = script.run("tools", "call", "depth_map", "--media", str(photo), "--json")
    assert (ran.code, ran.error) == (6, ("unavailable", "KANGBAN_ONNX_DEPTH"))
    ran = script.run("tools", "call", "edges", "--media", str(text), "--json")
    assert (ran.code, ran.error[0]) == (2, "invalid_input")
    needs = {
        one["name"]: one["missing"]
        for one in script.run("tools", "list", "--group", "drawing", "--json").answer["tools"]
    }
    assert needs["make_image"] == ["url:images"]
    with_server = script.run(
        "tools", "list", "--group", "drawing", "--json", KANGBAN_TOOL_URL_IMAGES="http://127.0.0.1:9"
    )
    assert all(one["missing"] == [] for one in with_server.answer["tools"])


def test_a_recording_is_written_down_and_a_text_read_aloud(script: Script, tmp_path: Path) -> None:
    tone = tmp_path / "tone.wav"
    tone.write_bytes(sound(1.0))
    with serving() as port:
        places = {
            f"KANGBAN_TOOL_URL_{name}": f"http://127.0.0.1:{port}/{name.lower()}" for name in ("TRANSCRIBE", "SPEAK")
        }
        places["KANGBAN_FETCH_ALLOW"] = f"127.0.0.1:{port}"
        heard = script.run("tools", "call", "speech_to_text", "--media", str(tone), "--json", **places).answer
        assert heard["content"]["text"].startswith("8000 Hz, 1.0 s")
        words = '{"text": "12345", "to": "wav"}'
        said = script.run("tools", "call", "text_to_speech", words, "--out", str(tmp_path), "--json", **places).answer
    assert Path(said["media"][0]["file"]).read_bytes() == sound(0.5)
