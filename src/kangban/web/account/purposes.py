"""Consents beside sharing: models off this machine and training, in plain words, for whom one decides."""

from __future__ import annotations

from datetime import datetime

from kangban.clinical.record import Consent, ConsentScope
from kangban.journeys.house import House, Member
from kangban.journeys.outbound import consent_target
from kangban.kernel.texts import t
from kangban.record.consenting import ABROAD, given_by_of, may_consent
from kangban.record.policy import FAMILY_WIDE, Policy
from kangban.web.account.call import Call
from kangban.web.account.markup import Safe, el
from kangban.web.account.shell import press

ASKED: tuple[ConsentScope, ...] = ("health_data", "model_endpoint", "training")


def who_decides(call: Call, known: Policy, one: Member, now: datetime) -> Safe | None:
    """One line for children and teens: who may say what. Nothing for adults, who decide alone."""
    person, at = known.people[one.id], known.moment(now)
    stage = person.stage(at)
    key = {"infant": "guardian", "child": "guardian", "teen": "teen" if person.account else "teen_alone"}.get(stage)
    return el("p", t(f"web_privacy.{key}", call.lang), class_="small") if key else None


def purpose_rows(call: Call, house: House, known: Policy, member_id: str, now: datetime) -> list[Safe]:
    """A row for each endpoint that was ever asked about or is set up now, and one for training."""
    targets = _targets(house, known, member_id)
    rows = [_row(call, house, known, member_id, "model_endpoint", target, now) for target in targets]
    if member_id != FAMILY_WIDE:
        rows.append(_row(call, house, known, member_id, "training", "", now))
    return rows


def _targets(house: House, known: Policy, member_id: str) -> list[str]:
    person = known.people.get(member_id)
    had = {t for scope, t in (*person.own, *person.guards) if scope == "model_endpoint"} if person else set[str]()
    outside = house.model is not house.offline and house.model.place != "this_machine"
    now = consent_target(house)
    if outside and (member_id != FAMILY_WIDE or not now.endswith(ABROAD)):
        had.add(now)
    return sorted(had, key=lambda one: (one != now, one))


def _row(
    call: Call, house: House, known: Policy, member_id: str, scope: ConsentScope, target: str, now: datetime
) -> Safe:
    person = known.people[member_id]
    said = person.said(scope, target, known.moment(now))
    wide = scope == "model_endpoint" and said is None and known.granted(member_id, scope, target, now)
    state = "wide" if wide else {True: "yes", False: "no", None: "unasked"}[said]
    name = _name(call, scope, target)
    words = el("span", name, el("small", t(f"web_privacy.state_{state}", call.lang)), _meaning(call, scope, target),
               class_="w")  # fmt: skip
    yes = said is not True and (scope == "training" or target == consent_target(house))
    buttons = [
        _button(call, member_id, scope, target, name, granted=granted, back=state in ("yes", "wide"))
        for granted, offered in ((True, yes), (False, said is True or wide or said is None))
        if offered and _may(house, known, member_id, Consent(scope, target, granted), now)
    ]
    if not buttons and yes:
        buttons = [el("small", t("web_privacy.not_yours", call.lang), class_="small")]
    return el("li", words, el("span", *buttons, class_="row"))


def _may(house: House, known: Policy, member_id: str, word: Consent, now: datetime) -> bool:
    given = given_by_of(house.actor, member_id, word)
    signed = Consent(word.scope, word.target, word.granted, given_by=given)
    return may_consent(known, house.actor, member_id, signed, now).allowed


def _name(call: Call, scope: ConsentScope, target: str) -> str:
    if scope == "training":
        return t("web_privacy.training", call.lang)
    host, model, place = (*target.split("|"), "", "")[:3]
    key = place if place in ("this_machine", "mainland", "abroad") else "abroad"
    return t("web_privacy.model", call.lang, host=host, model=model, place=t(f"web.place.{key}", call.lang))


def _meaning(call: Call, scope: ConsentScope, target: str) -> Safe:
    """What a yes means, before it can be given."""
    keys = ["web_privacy.training_why"] if scope == "training" else ["privacy.what", "privacy.why", "privacy.back"]
    if scope == "model_endpoint" and target.endswith(ABROAD):
        keys.insert(0, "privacy.where_abroad")
    lines = (el("p", t(key, call.lang), class_="small") for key in keys)
    return el("details", el("summary", t("web_privacy.meaning", call.lang)), *lines, class_="more")


def _button(
    call: Call, member_id: str, scope: ConsentScope, target: str, name: str, *, granted: bool, back: bool
) -> Safe:  # fmt: skip
    abroad = "_abroad" if granted and target.endswith(ABROAD) else ""
    text = t(f"web_privacy.{'yes' + abroad if granted else 'take_back' if back else 'no'}", call.lang)
    inside = (
        el("input", type="hidden", name="who", value=member_id), el("input", type="hidden", name="scope", value=scope),
        el("input", type="hidden", name="target", value=target),
        press(text, "btn" if granted else "btn flat", aria_label=f"{text} {name}"),
    )  # fmt: skip
    return call.form("/sharing" if granted else "/sharing/back", *inside, class_=None)
