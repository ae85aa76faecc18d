"""Makes src/kangban/api/grpc/kangban_pb2.py and .pyi of kangban.proto; `--check` says whether they are as made.

The messages only: the service is registered by hand, so that no generated code stands between a call and our door.
"""

from __future__ import annotations

import sys
import tempfile
from importlib.resources import files
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROTO = "kangban/api/grpc/kangban.proto"
MADE = ("kangban_pb2.py", "kangban_pb2.pyi")


def make(into: Path) -> None:
    """Write both files below `into`; raises SystemExit where protoc refuses."""
    from grpc_tools import protoc

    known = str(files("grpc_tools") / "_proto")
    told = ["protoc", f"-I{ROOT / 'src'}", f"-I{known}", f"--python_out={into}", f"--pyi_out={into}"]
    if protoc.main([*told, str(ROOT / "src" / PROTO)]):
        raise SystemExit("protoc refused the proto")


def main() -> int:
    """Make them, or compare."""
    if "--check" not in sys.argv[1:]:
        make(ROOT / "src")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        place = Path(PROTO).parent
        stale = [name for name in MADE if _read(Path(folder) / place / name) != _read(ROOT / "src" / place / name)]
    for name in stale:
        print(f"{name} is not as made: python scripts/make_grpc.py", file=sys.stderr)
    return 1 if stale else 0


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""


if __name__ == "__main__":
    raise SystemExit(main())
