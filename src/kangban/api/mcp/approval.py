"""A person's yes before a tool acts, asked through the client: by elicitation, in either era of the protocol.

Since 2026-07-28 a server cannot ask in the middle of a call: it answers "input required" with a state that the client
brings back with its answer. The state is signed, is good for these arguments only, and works once.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from typing import Any, Final

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    CallToolRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from kangban.clinical.urgency import Lang
from kangban.kernel.canonical import canonical_json
from kangban.kernel.errors import NotPermitted
from kangban.kernel.texts import t
from kangban.ports.tool import ToolSpec

_KEY: Final = "approve"
_SHOWN = 1_500
_MOST_USED = 4_096


class Approvals:
    """Asks, and knows which of its own questions were answered. One for a server process."""

    def __init__(self, lang: Lang, wait_s: float = 300.0) -> None:
        self._lang: Lang = lang
        self._wait_s = wait_s
        self._secret = secrets.token_bytes(32)
        self._used: OrderedDict[str, None] = OrderedDict()

    async def ask(
        self, context: ServerRequestContext[Any, Any], params: CallToolRequestParams, spec: ToolSpec
    ) -> InputRequiredResult | None:
        """None once somebody agreed; else what the client must answer first.

        Raises NotPermitted where the client cannot ask anybody, or somebody said no, or nobody answered.
        """
        able = context.session.client_capabilities
        asks = None if able is None else able.elicitation
        # Without either mode named, forms are meant; whoever opens addresses only cannot show ours.
        if asks is None or (asks.form is None and asks.url is not None):
            raise NotPermitted(
                f"{spec.name} acts, and a person must agree first: this client cannot ask anybody (no elicitation)",
                field="name",
            )
        question = self._question(spec, params.arguments or {})
        if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
            return self._answered(params, spec, question)
        try:
            async with asyncio.timeout(self._wait_s):
                said = await context.session.elicit_form(
                    question.message, question.requested_schema, related_request_id=context.request_id
                )
        except (TimeoutError, MCPError):
            raise NotPermitted(f"nobody agreed that {spec.name} may act", field="name") from None
        _require_yes(said, spec)
        return None

    def _question(self, spec: ToolSpec, arguments: dict[str, Any]) -> ElicitRequestFormParams:
        written = canonical_json(arguments)
        message = t("mcp.approve", self._lang, tool=spec.name, arguments=written[:_SHOWN])
        yes = {"type": "boolean", "title": t("mcp.approve_yes", self._lang), "default": False}
        return ElicitRequestFormParams(
            message=message, requested_schema={"type": "object", "properties": {"yes": yes}, "required": ["yes"]}
        )

    def _answered(
        self, params: CallToolRequestParams, spec: ToolSpec, question: ElicitRequestFormParams
    ) -> InputRequiredResult | None:
        said = (params.input_responses or {}).get(_KEY)
        if said is None or not params.request_state:
            state = self._state(spec, params, str(int(time.monotonic() + self._wait_s)), secrets.token_hex(12))
            return InputRequiredResult(input_requests={_KEY: ElicitRequest(params=question)}, request_state=state)
        self._use(spec, params, params.request_state)
        if not isinstance(said, ElicitResult):
            raise NotPermitted("this is no answer to the question", field="inputResponses")
        _require_yes(said, spec)
        return None

    def _state(self, spec: ToolSpec, params: CallToolRequestParams, until: str, nonce: str) -> str:
        asked = canonical_json([spec.name, params.arguments or {}, until, nonce])
        return f"{until}.{nonce}.{hmac.new(self._secret, asked.encode(), hashlib.sha256).hexdigest()}"

    def _use(self, spec: ToolSpec, params: CallToolRequestParams, state: str) -> None:
        until, _, rest = state.partition(".")
        nonce = rest.partition(".")[0]
        good = until.isascii() and until.isdigit() and len(until) < 15
        good = good and hmac.compare_digest(self._state(spec, params, until, nonce).encode(), state.encode())
        if not good or int(until) < time.monotonic() or nonce in self._used:
            raise NotPermitted("this answer belongs to no open question; call the tool again", field="requestState")
        self._used[nonce] = None
        while len(self._used) > _MOST_USED:
            self._used.popitem(last=False)


def _require_yes(said: ElicitResult, spec: ToolSpec) -> None:
    if said.action != "accept" or (said.content or {}).get("yes") is not True:
        raise NotPermitted(f"nobody agreed that {spec.name} may act; do not try again", field="name")
