"""`kangban serve --grpc`: it listens where the pages do, says so, stops in order, and tells a port that is taken."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import grpc
import pytest

from kangban.api.grpc import kangban_pb2 as pb
from kangban.api.grpc.service import SERVICE
from tests.support.web_server import ROOT, clean_environment, serve_command, start_server


def test_it_listens_beside_the_pages_and_stops_in_order(tmp_path: Path) -> None:
    server = start_server(tmp_path, "--demo", "--grpc", "0", KANGBAN_MODEL_URL="")
    try:
        place = next(line for line in server.said.splitlines() if line.startswith("grpc ")).removeprefix("grpc ")
        assert place.startswith("127.0.0.1:")
        with grpc.insecure_channel(place, options=[("grpc.enable_http_proxy", 0)]) as channel:
            ask = channel.unary_unary(
                f"/{SERVICE}/ListModels", pb.ListModelsRequest.SerializeToString, pb.ModelList.FromString
            )
            told = ask(pb.ListModelsRequest(), metadata=(("authorization", "Bearer demo"),), timeout=60)
            assert "kangban" in [one.id for one in told.models]
            with pytest.raises(grpc.RpcError) as refused:
                ask(pb.ListModelsRequest(), timeout=60)
            assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED
            assert server.stop() == 0
    finally:
        server.kill()


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            serve_command(tmp_path, "--demo", "--grpc", port), capture_output=True, text=True, timeout=90, cwd=ROOT,
            env=clean_environment(KANGBAN_MODEL_URL=""), check=False,
        )  # fmt: skip
    assert done.returncode == 6, done.stderr
    assert f"port {port}" in done.stderr
    assert "ready" not in done.stdout
