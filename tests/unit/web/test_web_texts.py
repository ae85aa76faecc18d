"""Every text of the pages exists in both languages."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from kangban.kernel.texts import LOCALES, area_texts, has_text

WEB = Path(__file__).resolve().parents[3] / "src" / "kangban" / "web"
_HOLES = re.compile(r"\{(\w+)\}")


@pytest.mark.parametrize(
    "area",
    ["web", "web_account", "web_desk", "web_library", "web_measure", "web_privacy", "web_reports", "web_workshop"],
)
def test_both_languages_have_the_same_keys_and_holes(area: str) -> None:
    zh, en = area_texts(area, "zh"), area_texts(area, "en")
    assert zh.keys() == en.keys()
    assert [k for k in zh if set(_HOLES.findall(zh[k])) != set(_HOLES.findall(en[k]))] == []
    assert all(text.strip() for text in [*zh.values(), *en.values()])


def test_every_key_a_page_says_exists() -> None:
    known, accounts = area_texts("web", "zh"), area_texts("web_account", "zh")
    missing: list[str] = []
    for path in WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            key = str(node.args[0].value)
            if name == "say" and key not in known:
                missing.append(f"{path.name}:{node.lineno} {key}")
            if name == "words" and key not in area_texts("web_workshop", "zh"):
                missing.append(f"{path.name}:{node.lineno} {key}")
            if name == "word" and key not in accounts:
                missing.append(f"{path.name}:{node.lineno} {key}")
            if name in ("t", "text") and "." in key and not has_text(key):
                missing.append(f"{path.name}:{node.lineno} {key}")
    assert missing == []


def test_every_error_a_page_raises_has_words() -> None:
    wanted = [
        (path.name, word.value)
        for path in WEB.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        for word in [k.value for k in node.keywords if k.arg == "key" and isinstance(k.value, ast.Constant)]
    ]
    assert wanted
    assert [one for one in wanted if not has_text(str(one[1])) or not has_text(str(one[1]), "en")] == []


def test_no_page_holds_chinese_text_of_its_own() -> None:
    allowed = {"names.py", "answer.py", "server.py"}  # punctuation, names of medicines, the program's name
    found = [p.name for p in WEB.rglob("*.py") if p.name not in allowed and re.search("[一-鿿]", p.read_text("utf-8"))]
    assert found == []


def test_the_files_are_json_objects_of_texts() -> None:
    for lang in ("zh", "en"):
        assert all(isinstance(v, str) for v in json.loads((LOCALES / lang / "web.json").read_text("utf-8")).values())
