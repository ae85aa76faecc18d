"""An agent's own model is reached only where the operator allows it and the place told is true."""

from __future__ import annotations

import pytest

from kangban.adapters.openai_chat.of_agents import model_of_agent
from kangban.kernel.errors import InvalidInput, NotPermitted, Unavailable
from kangban.ports.agents import ModelChoice
from kangban.settings import on_this_machine

ALLOWED = "127.0.0.1:8080, models.example.org:443"


def no_key(name: str) -> str:
    raise Unavailable(f"no secret {name} is set")


def made(choice: ModelChoice, secret=lambda _: "sk-1"):
    return model_of_agent(choice, ALLOWED, secret, on_this_machine)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8081", "http://127.0.0.1", "http://169.254.169.254/latest", "https://example.org", "http://[::1", "file:///etc",
     "https://models.example.org:444", "https://models.example.org.evil.example"],
)  # fmt: skip
def test_no_other_address_is_reached(url):
    with pytest.raises((NotPermitted, InvalidInput)):
        made(ModelChoice(url, "m"))


def test_a_place_that_is_not_true_and_a_key_that_is_not_set_are_refused():
    there = ModelChoice("https://models.example.org/v1", "m")
    with pytest.raises(InvalidInput):
        made(there)
    with pytest.raises(Unavailable):
        made(ModelChoice("http://127.0.0.1:8080", "m", secret="mine"), no_key)


async def test_an_allowed_model_keeps_its_place_and_shows_no_key():
    model = made(ModelChoice("https://models.example.org/v1", "m", secret="mine", place="mainland"))
    assert (model.name, model.place) == ("m", "mainland")
    assert "sk-1" not in repr(model)
    await model.close()
