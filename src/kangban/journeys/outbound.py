"""Which brain may answer: consent and place decide, and identifiers leave the text before it leaves the machine."""

from __future__ import annotations

from kangban.clinical.person import PersonFacts
from kangban.clinical.record import Consent
from kangban.journeys import consents, transmissions
from kangban.journeys.house import House, access, as_system, members, policy
from kangban.journeys.private_model import PrivateModel
from kangban.journeys.pseudonyms import Pseudonyms
from kangban.kernel.errors import InvalidInput, NotPermitted
from kangban.perception.language.identifiers.known import given_names
from kangban.ports.chat_model import ChatModel, ChatRequest
from kangban.record.policy import FAMILY_WIDE

__all__ = [
    "PrivateModel", "Pseudonyms", "brain_for", "consent_given", "consent_target", "give_consent", "given_names",
    "names_at_home", "preview", "to_be_asked",
]  # fmt: skip


async def consent_given(house: House, member_id: str = FAMILY_WIDE) -> bool | None:
    """The word on the configured endpoint: True, False, or None when nobody was asked yet.

    A member's own word comes before the family's; grown members with an account are asked themselves. Abroad only a
    word about this one member counts, because what leaves the country is consented to separately.
    """
    if house.model.place != "abroad":
        return await consents.in_force(house, member_id, "model_endpoint", consent_target(house))
    known = await policy(house)
    person = known.people.get(member_id)
    if person is None or member_id == FAMILY_WIDE:
        return None
    return person.said("model_endpoint", consent_target(house), known.moment(house.clock.now()))


async def to_be_asked(house: House, member_id: str) -> str:
    """Whose word on the configured endpoint the actor should be asked for now: a member, the family, or "" nobody's.

    A manager's yes counts for the whole family; a yes for a place abroad is given for one person.
    """
    if house.model is house.offline or house.model.place == "this_machine":
        return ""
    wide = house.model.place != "abroad" and house.actor.role == "manager"
    about = FAMILY_WIDE if wide else member_id
    if await consent_given(house, about) is not None:
        return ""
    return about if (await access(house, about, "Consent", "consent")).allowed else ""


def consent_target(house: House) -> str:
    """What a consent is given for: the host, the model and the place."""
    return f"{house.model_host}|{house.model.name}|{house.model.place}"


async def give_consent(house: House, *, granted: bool, member_id: str = "") -> None:
    """Record the word on the configured endpoint.

    For one member, or without `member_id` a manager's for the family and anybody else's for themselves. For a place
    abroad a yes names its member: raises InvalidInput for the family as a whole. A guardian's yes for a child, and
    with a teen's own, is asked for by the access rules: raises NotPermitted.
    """
    if house.model.place == "this_machine":
        raise InvalidInput("a model on this machine needs no consent", field="granted")
    wide = house.actor.role in ("manager", "system") or house.actor.member_id is None
    about = member_id or (FAMILY_WIDE if wide else house.actor.member_id or "")
    if house.model.place == "abroad" and about == FAMILY_WIDE and granted:
        raise InvalidInput("a consent for a place abroad names one member", field="member", key="privacy.abroad_one")
    await consents.give(house, about, Consent("model_endpoint", consent_target(house), granted))


async def brain_for(house: House, person: PersonFacts, message_id: str = "") -> tuple[ChatModel, str]:
    """The brain for this turn and, when the configured one may not be used, the step key that says why.

    Off this machine needs consent first, and the actor's right to send the record there; every request is checked
    and written down again, so that a consent taken back in the middle of a turn stops the next one.
    """
    model = house.model
    if model is house.offline or model.place == "this_machine":
        return model, ""
    member_id = person.member_id or ""
    if not await _may_leave(house, member_id):
        return house.offline, "step.model_abroad" if model.place == "abroad" else "step.model_needs_consent"

    async def leaving(request: ChatRequest) -> None:
        if not await _may_leave(house, member_id):
            raise NotPermitted("consent for the model was withdrawn", field="model", key="privacy.withdrawn")
        await transmissions.keep(house, member_id or FAMILY_WIDE, message_id, request)

    return PrivateModel(model, await names_at_home(house, person), leaving), ""


async def _may_leave(house: House, member_id: str) -> bool:
    if await consent_given(house, member_id or FAMILY_WIDE) is not True:
        return False
    return not member_id or (await access(house, member_id, "Patient", "model")).allowed


async def names_at_home(house: House, person: PersonFacts | None = None) -> list[str]:
    """Every name of this family that must not leave: members the actor may not even see, and accounts."""
    home = as_system(house)
    placed = await house.accounts.memberships(family_id=house.family_id)
    accounts = [await house.accounts.find_account(id=one.account_id) for one in placed]
    told = [m.patient.name for m in await members(home)]
    told += [one.name for one in accounts if one is not None]
    return [*told, person.name or ""] if person is not None else told


async def preview(house: House, text: str) -> str:
    """What would be sent for a text, for the page that asks for consent."""
    return Pseudonyms(await names_at_home(house)).hide(text)
