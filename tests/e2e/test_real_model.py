"""A real model server: `transformers serve` over a tiny model with random weights. Run with `-m realmodel`.

torch and transformers are not in the environment: the test says so and skips where they are missing.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kangban.adapters.openai_chat import OpenAIChat, OpenAIChatSettings
from kangban.adapters.openai_chat.probe import probe_server
from kangban.agent.protocols import speak
from kangban.ports.agents import ProtocolName
from kangban.ports.chat_model import ChatRequest, Finished, ToolCallsReady, ToolDescription, say

pytestmark = pytest.mark.realmodel
MISSING = [name for name in ("torch", "transformers", "tokenizers") if importlib.util.find_spec(name) is None]
TOOL = ToolDescription("look_up", "Looks up.", {"type": "object", "properties": {"word": {"type": "string"}}})
TEMPLATE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"


def make_model(place: Path) -> None:
    """Write a byte-level tokenizer and a two-layer model with random weights."""
    tokenizers: Any = importlib.import_module("tokenizers")
    transformers: Any = importlib.import_module("transformers")
    letters = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {sign: number for number, sign in enumerate([*letters, "<|end|>"])}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>", pad_token="<|end|>")
    fast.chat_template = TEMPLATE
    fast.save_pretrained(place)
    config = transformers.LlamaConfig(
        vocab_size=len(vocabulary), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=4096, eos_token_id=vocabulary["<|end|>"],
    )  # fmt: skip
    transformers.LlamaForCausalLM(config).save_pretrained(place)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    if MISSING:
        pytest.skip(f"a real model needs {', '.join(MISSING)}, which are not installed here")
    place = tmp_path_factory.mktemp("tiny")
    make_model(place)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("transformers")), "serve", "--host", "127.0.0.1", "--port", str(port)]
    alone = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(place / "hub")}
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=alone)
    try:
        wait_for(f"http://127.0.0.1:{port}/health", child)
        yield f"http://127.0.0.1:{port}/v1", str(place)
    finally:
        child.terminate()
        child.wait(30)


def wait_for(address: str, child: subprocess.Popen[bytes], for_s: float = 120.0) -> None:
    """Return when the address answers; fail when the child has died or the time is over."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + for_s
    while time.monotonic() < end:
        assert child.poll() is None, "transformers serve ended by itself"
        try:
            opener.open(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.5)
    pytest.fail("transformers serve did not answer in time")


async def test_a_real_server_is_probed(served: tuple[str, str]) -> None:
    url, name = served
    found = await probe_server(OpenAIChatSettings(url, name), check_s=120.0)
    assert (found.chat, found.stream) == (True, True)
    assert found.speed.first_token_s is not None


@pytest.mark.parametrize("protocol", ["native", "react_text", "internlm2", "json_object"])
async def test_gibberish_of_a_real_model_is_never_executed(served: tuple[str, str], protocol: ProtocolName) -> None:
    url, name = served
    model = speak(OpenAIChat(OpenAIChatSettings(url, name, first_byte_s=120.0)), protocol, corrections=1)
    asked = ChatRequest((say("system", "Be brief."), say("user", "hello")), (TOOL,), max_tokens=48)
    async with asyncio.timeout(300):
        events = [each async for each in model.stream(asked)]
    await model.close()
    assert not any(isinstance(each, ToolCallsReady) for each in events)
    assert isinstance(events[-1], Finished)
