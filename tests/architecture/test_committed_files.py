"""Nothing committed names a package registry or a path of the machine it was written on; set-up files agree."""

from __future__ import annotations

import re
import tomllib

import pytest

import kangban
from tests.architecture.tree import ROOT, committed_files, shown

# Put together here, so that this file does not name them itself.
_REGISTRIES = [
    ("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs", "org"), ("registry", "yarnpkg", "com"),
    ("npmmirror", "com"), ("pypi", "tuna"), ("tuna", "tsinghua", "edu", "cn"), ("mirrors", "aliyun", "com"),
    ("mirrors", "cloud", "tencent", "com"), ("repo", "huaweicloud", "com"), ("pypi", "douban", "com"),
    ("mirrors", "ustc", "edu", "cn"), ("download", "pytorch", "org"), ("conda", "anaconda", "org"),
]  # fmt: skip
_FOLDERS = ["work", "root", r"home/\w+", r"Users/\w+", "opt/wheels", "opt/pypi", r"tmp/bash_jobs"]

REGISTRY = re.compile(rf"(?<![\w-])(?:{'|'.join(re.escape('.'.join(parts)) for parts in _REGISTRIES)})(?![\w-])")
MACHINE_PATH = re.compile(rf"(?<![\w.)}}\]>*~-])/(?:{'|'.join(_FOLDERS)})/")


def _texts() -> list[tuple[str, str]]:
    files = committed_files()
    if not files:
        pytest.skip("not a git checkout: what is committed cannot be listed")
    found: list[tuple[str, str]] = []
    for path in files:
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            found.append((shown(path), content.decode(errors="replace")))
    return found


def _places(pattern: re.Pattern[str], texts: list[tuple[str, str]]) -> list[str]:
    return [
        f"{name}:{number}: {match.group()}"
        for name, text in texts
        if pattern.search(text)
        for number, line in enumerate(text.splitlines(), 1)
        if (match := pattern.search(line))
    ]


def test_no_committed_file_names_a_package_registry() -> None:
    assert not _places(REGISTRY, _texts())


def test_no_committed_file_names_a_path_of_this_machine() -> None:
    assert not _places(MACHINE_PATH, _texts())


@pytest.mark.parametrize("text", ["see https://{}.org/simple", "--index-url=https://{}.org", "host {}.org."])
def test_the_registry_check_bites(text: str) -> None:
    assert REGISTRY.search(text.format("pypi"))


@pytest.mark.parametrize("text", ['"/{}/main"', "/{}/x", "path=/{}/a", "file:///{}/a", "(/{}/a)"])
def test_the_path_check_bites(text: str) -> None:
    assert MACHINE_PATH.search(text.format("work"))


@pytest.mark.parametrize("text", ["https://example.org/{}/a", "$home/{}/a", "src/{}/a", "~/{}/a"])
def test_the_path_check_lets_other_paths_be(text: str) -> None:
    assert not MACHINE_PATH.search(text.format("work"))


def test_the_lock_file_stays_out() -> None:
    assert "uv.lock" not in {shown(path) for path in committed_files()}


def test_requirement_files_hold_hashes_and_no_address() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        assert not [line for line in lines if "://" in line or line.startswith("-")], name
        pins = "\n".join(lines).replace("\\\n", " ").splitlines()
        assert not [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin], name


def test_requirement_files_cover_what_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {"requirements.txt": project["project"]["dependencies"]}
    wanted["requirements-dev.txt"] = wanted["requirements.txt"] + project["dependency-groups"]["dev"]
    for name, declared in wanted.items():
        assert all(">=" in each for each in declared), "every dependency has a lower bound"
        pinned = set(re.findall(r"^([\w.-]+)(?:\[.*\])?==", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        missing = {re.split(r"[\[>]", each)[0] for each in declared} - pinned
        assert not missing, f"{name} lacks {missing}: run `make lock`"


def test_runtime_and_development_pin_the_same_versions() -> None:
    pin = re.compile(r"^([\w.-]+)(?:\[.*\])?==(\S+)", re.MULTILINE)
    runtime, development = (
        dict(pin.findall((ROOT / name).read_text(encoding="utf-8")))
        for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert runtime.items() <= development.items()


def test_the_version_stands_in_two_places_and_is_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == kangban.__version__
