"""What the program is made of: every package it runs with, version and licence, as installed.

`python -m scripts.licences` writes docs/licences.md; `--json` prints the same as JSON and writes nothing. A licence
that would bind the whole program (GPL, AGPL) or that nobody tells is flagged, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import re
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "docs" / "licences.md"
_PIN = re.compile(r"^([\w.-]+)(?:\[.*?\])?==([^\s;\\]+)", re.MULTILINE)
_STRONG = re.compile(
    r"\bA?GPL|Affero|GNU General Public|SSPL|BUSL|Business Source|Commons Clause|non-?commercial", re.IGNORECASE
)
_WEAK = re.compile(r"\bLGPL|Lesser|\bMPL|Mozilla Public|\bEPL|CDDL", re.IGNORECASE)
# Pinned for Windows only and so not installed where this is run; what their package pages say.
ELSEWHERE = {
    "colorama": "BSD-3-Clause (Windows only)",
    "httpx2-jsfetch": "BSD-3-Clause (in a browser only)",
    "pywin32": "PSF-2.0 (Windows only; its adodbapi LGPL)",
    "pywin32-ctypes": "BSD-3-Clause (Windows only)",
}


def pinned() -> dict[str, str]:
    """Name → version of everything the program runs with, development tools left out."""
    return dict(_PIN.findall((ROOT / "requirements.txt").read_text("utf-8")))


def licence_of(name: str) -> str:
    """What the installed package says of itself: the SPDX expression, else classifiers, else the short field."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ELSEWHERE.get(name, "not installed here")
    if expression := told.get("License-Expression"):
        return str(expression)
    classifiers = [c.rsplit(" :: ", 1)[-1] for c in told.get_all("Classifier") or [] if c.startswith("License ::")]
    named = [c for c in classifiers if c != "OSI Approved"]
    if named:
        return " OR ".join(sorted(set(named)))
    short = (told.get("License") or "").strip()
    if short and "\n" not in short and len(short) < 80:
        return short
    first = next((line.strip() for line in short.splitlines() if line.strip()), "")
    return first[:60] or "unknown"


def judge(licence: str) -> str:
    """Nothing for licences that ask for their notice only, else weak, strong or unknown; the mildest of a choice."""
    verdicts = [_one(choice) for choice in re.split(r"\s+OR\s+", licence)]
    return min(verdicts, key=("", "weak", "unknown", "strong").index)


def _one(licence: str) -> str:
    if licence in ("unknown", "not installed here", ""):
        return "unknown"
    without_weak = _WEAK.sub("", licence)
    if _STRONG.search(without_weak):
        return "strong"
    return "weak" if _WEAK.search(licence) else ""


def report() -> list[dict[str, Any]]:
    """One row a package, by name."""
    rows = [
        {"name": name, "version": version, "licence": (told := licence_of(name)), "flag": judge(told)}
        for name, version in pinned().items()
    ]
    return sorted(rows, key=lambda row: row["name"])


def page(rows: list[dict[str, Any]]) -> str:
    """The report as Markdown."""
    lines = [
        "# Licences of what Kangban runs with",
        "",
        "Written by `python -m scripts.licences` from the installed packages of requirements.txt; do not edit.",
        "Kangban itself is Apache-2.0.",
        "weak: changes to that package stay open (LGPL, MPL); used unchanged. strong or unknown: not allowed in.",
        "",
        "| package | version | licence | |",
        "|---|---|---|---|",
    ]
    lines += [f"| {r['name']} | {r['version']} | {r['licence'].replace('|', '/')} | {r['flag']} |" for r in rows]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write or print; 1 when something is flagged strong or unknown."""
    parser = argparse.ArgumentParser(prog="python -m scripts.licences")
    parser.add_argument("--json", action="store_true", help="print JSON, write nothing")
    chosen = parser.parse_args()
    rows = report()
    if chosen.json:
        print(json.dumps({"packages": rows}, ensure_ascii=False, indent=1))
    else:
        REPORT.write_text(page(rows), "utf-8")
        print(f"{REPORT.relative_to(ROOT)}: {len(rows)} packages")
    bad = [row["name"] for row in rows if row["flag"] in ("strong", "unknown")]
    if bad:
        print("flagged: " + ", ".join(bad))
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
