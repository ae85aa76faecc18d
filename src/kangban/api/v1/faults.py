"""What goes wrong, as OpenAI's clients read it: a status, a type, a code, the offending parameter."""

from __future__ import annotations

import logging
from typing import Final

import msgspec

from kangban.kernel.errors import Broken, Conflict, InvalidInput, KangbanError, NotFound, NotPermitted, Unavailable

LOG = logging.getLogger("kangban.api")
_TYPES: Final[dict[int, str]] = {
    400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 404: "not_found_error",
    405: "invalid_request_error", 408: "invalid_request_error", 409: "conflict_error", 411: "invalid_request_error",
    413: "invalid_request_error", 415: "invalid_request_error", 429: "rate_limit_error", 500: "server_error",
    503: "server_error",
}  # fmt: skip


class FaultWords(msgspec.Struct, frozen=True):
    """The inside of an error: words for developers without any value, and what they are about."""

    message: str
    type: str
    param: str | None
    code: str | None


class FaultAnswer(msgspec.Struct, frozen=True):
    """The one shape of every error of these faces."""

    error: FaultWords


class Fault(Exception):
    """A refusal or failure, ready for any face; `wait_s` are seconds after which to try again, 0 where that is open."""

    def __init__(
        self, status: int, message: str, *, param: str | None = None, code: str | None = None, wait_s: int = 0
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.param, self.code, self.wait_s = status, message, param, code, wait_s

    @property
    def answer(self) -> FaultAnswer:
        """As clients read it."""
        kind = _TYPES.get(self.status, "server_error")
        return FaultAnswer(FaultWords(self.message, kind, self.param, self.code))


def fault_of(error: Exception) -> Fault:
    """Any error as a fault. What nobody meant to raise is told by no word of its own."""
    if isinstance(error, Fault):
        return error
    if isinstance(error, Conflict) and error.key == "workshop.too_many":
        return Fault(429, error.message, code="too_many_runs", wait_s=1)
    if isinstance(error, NotFound) and error.key == "workshop.no_agent":
        return Fault(404, "the model does not exist; GET /v1/models lists them", param="model", code="model_not_found")
    if isinstance(error, KangbanError):
        status = _STATUS.get(type(error), 500)
        param = {"text": "messages", "name": "model"}.get(error.field or "", error.field)
        return Fault(status, error.message, param=param, code=error.code)
    # By its name only: its words may hold what somebody wrote.
    LOG.error("a request failed: %s", type(error).__name__)
    return Fault(500, "unexpected", code=Broken.code)


_STATUS: Final[dict[type[KangbanError], int]] = {
    InvalidInput: 400, NotPermitted: 403, NotFound: 404, Conflict: 409, Unavailable: 503,
}  # fmt: skip
