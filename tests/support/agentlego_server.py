"""An AgentLego tool server in a process of its own, without its models: `python -m tests.support.agentlego_server`.

Made as agentlego/server/server.py of InternLM/agentlego says at commit 83b1552 (agentlego 0.2.0): one POST per tool,
named by its class, form fields for plain values, uploads with the format "image;binary" (audio, file alike), answers
as JSON with media in base64 under the format "image/png;base64", several outputs as a list, `400 {"detail": repr}`
when a tool fails, the description at /openapi.json and a redirect to it at /. Prints its port.
"""

from __future__ import annotations

import base64
import inspect
import io
import json
import socket
import struct
import sys
import wave
import zlib
from collections.abc import Callable
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, File, Form, HTTPException, UploadFile
from fastapi.responses import RedirectResponse
from pydantic import Field

LOG: list[dict[str, Any]] = []
Parameter = inspect.Parameter


def plain(name: str, kind: type, default: Any = Parameter.empty, says: str = "") -> Parameter:
    return Parameter(
        name, Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=Annotated[kind, Form(description=says)]
    )


def upload(name: str, kind: str, says: str = "") -> Parameter:
    extra = {"format": f"{kind};binary"}
    wanted = Annotated[UploadFile, File(description=says, json_schema_extra=extra)]
    return Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, annotation=wanted)


def gives(kind: str) -> Any:
    return Annotated[str, Field(json_schema_extra={"format": kind})]


def png(width: int = 2) -> bytes:
    """A black picture."""
    rows = (b"\0" + b"\0" * width) * width
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, width, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    body = b"".join(struct.pack(">I", len(b)) + n + b + struct.pack(">I", zlib.crc32(n + b)) for n, b in parts)
    return b"\x89PNG\r\n\x1a\n" + body


def wav() -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\0" * 80)
    return made.getvalue()


def calculator(expression: str) -> str:
    return str(sum(int(part) for part in expression.split("+")))


def vqa(image: UploadFile, question: str) -> str:
    return f"{len(image.file.read())} bytes: {question}"


def text_to_image(keywords: str) -> str:
    return base64.b64encode(png(3)).decode()


def ocr(image: UploadFile, lang: str) -> tuple[str, str]:
    return base64.b64encode(image.file.read()).decode(), f"text in {lang}"


def text_to_speech(text: str) -> str:
    return base64.b64encode(wav()).decode()


TOOLS: list[tuple[str, str, list[Parameter], Any, Callable[..., Any]]] = [
    ("Calculator", "A calculator tool. The input must be a single Python expression.", [plain("expression", str)], str, calculator),
    ("VQA", "This tool can answer the input question based on the input image.", [upload("image", "image"), plain("question", str, says="The question should be in English.")], str, vqa),
    ("TextToImage", "This tool can generate an image according to the input text.", [plain("keywords", str)], gives("image/png;base64"), text_to_image),
    ("OCR", "This tool can recognize all text on the input image.", [upload("image", "image"), plain("lang", str, "en")], tuple[gives("image/png;base64"), str], ocr),
    ("TextToSpeech", "This tool can speak the input text into audio.", [plain("text", str)], gives("audio/wav;base64"), text_to_speech),
]  # fmt: skip


def made(work: Callable[..., Any], parameters: list[Parameter], answer: Any) -> Callable[..., Any]:
    def call(**given: Any) -> Any:
        try:
            return work(**given)
        except Exception as error:
            raise HTTPException(status_code=400, detail=repr(error)) from error

    call.__signature__ = inspect.Signature(parameters, return_annotation=answer)  # type: ignore[attr-defined]
    return call


def application() -> FastAPI:
    app = FastAPI(title="AgentLego", openapi_url="/openapi.json")

    @app.get("/", include_in_schema=False)
    async def root() -> RedirectResponse:
        return RedirectResponse(url="/openapi.json")

    for name, says, parameters, answer, work in TOOLS:
        call = made(work, parameters, answer)
        app.add_api_route(f"/{name}", endpoint=call, methods=["POST"], operation_id=name, summary=says)
    return app


if __name__ == "__main__":
    listening = socket.create_server(("127.0.0.1", 0))
    print(json.dumps(listening.getsockname()[1]), flush=True)
    config = uvicorn.Config(application(), log_level="error", lifespan="off")
    uvicorn.Server(config).run(sockets=[listening])
    sys.exit(0)
