"""Written attacks on the interface, each with the answer it gets: escalation, forged bodies, bombs, keys, reviews."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.attacks.kept import kept
from tests.support.two_families import town


class Attack(NamedTuple):
    """Who sends what where, and the status it is refused with."""

    name: str
    who: str
    method: str
    path: str
    body: Any
    refused: int
    field: str | None = None


NEW = {"name": "某人", "consent": True}
WEIGHT = {"type": "Observation", "code": "weight", "value": 50, "unit": "kg"}
KEY = {"name": "k", "scopes": ["view", "medicines"], "expires_at": "2026-06-01T00:00:00Z"}
REVIEW = {"version": "x", "decision": "approve", "reason": "source_checked"}
LICENCE = {"number": "L-1", "scope": ["all"], "expires_on": "2030-01-01"}

ATTACKS = [
    # Mass assignment: what a client may not decide is no field of any body.
    Attack("a member of another family", "ma", "POST", "/members", {**NEW, "family_id": "neighbours"}, 422, "family_id"),
    Attack("a member with an id of one's own", "ma", "POST", "/members", {**NEW, "id": "member-1"}, 422, "id"),
    Attack("a member whose record is erased already", "ma", "POST", "/members", {**NEW, "active": False}, 422, "active"),
    Attack("a consent in another's name", "ma", "POST", "/members/{teen}/consents", {"scope": "health_data", "given_by": "te"}, 422, "given_by"),
    Attack("a consent that says when it was given", "ma", "POST", "/members/{nainai}/consents", {"scope": "health_data", "known_at": "2020-01-01"}, 422, "known_at"),
    Attack("an entry signed by the doctor", "ma", "POST", "/members/{nainai}/entries", {"body": WEIGHT, "provenance": {"actor": "dr"}}, 422, "provenance"),
    Attack("an entry learnt last year", "ma", "POST", "/members/{nainai}/entries", {"body": WEIGHT, "known_at": "2020-01-01T00:00:00Z"}, 422, "known_at"),
    Attack("a field slipped into a fact", "ma", "POST", "/members/{nainai}/entries", {"body": {**WEIGHT, "ordered": True}}, 422, "body.ordered"),
    Attack("an answer written by hand", "ma", "POST", "/members/{nainai}/entries", {"body": {"type": "AnswerGiven", "message_id": "m"}}, 422, "body.type"),
    Attack("a review written by hand", "ma", "POST", "/members/{nainai}/entries", {"body": {"type": "ReviewItem", "status": "approved"}}, 422, "body.type"),
    Attack("broken glass written by hand", "he", "POST", "/members/{nainai}/entries", {"body": {"type": "BreakGlass"}}, 422, "body.type"),
    Attack("a key for another account", "he", "POST", "/keys", {**KEY, "account_id": "ma"}, 422, "account_id"),
    Attack("a key for another family", "ma", "POST", "/keys", {**KEY, "family_id": "neighbours"}, 422, "family_id"),
    Attack("an invitation to another family", "ma", "POST", "/invitations", {"role": "adult", "family_id": "neighbours"}, 422, "family_id"),
    Attack("an invited operator", "ma", "POST", "/invitations", {"role": "adult", "operator": True}, 422, "operator"),
    Attack("a question in another's name", "ma", "POST", "/members/{nainai}/ask", {"text": "?", "asker": "dr"}, 422, "asker"),
    # Escalation
    Attack("a role that does not exist", "ma", "POST", "/invitations", {"role": "root"}, 422, "role"),
    Attack("an invitation to be operator", "ma", "POST", "/invitations", {"role": "operator"}, 403),
    Attack("an invitation to be Kangban itself", "ma", "POST", "/invitations", {"role": "system"}, 403),
    Attack("a helper invites a manager", "he", "POST", "/invitations", {"role": "manager"}, 403),
    Attack("a doctor invites a doctor", "dr", "POST", "/invitations", {"role": "doctor", "licence": LICENCE}, 403),
    Attack("an operator lets themselves into a family", "op", "POST", "/invitations", {"role": "adult"}, 403),
    Attack("a manager raises their own place", "ma", "PUT", "/memberships/m-ma", {"role": "doctor", "licence": LICENCE}, 403),
    Attack("an adult raises their own place", "ba", "PUT", "/memberships/m-ba", {"role": "manager"}, 403),
    Attack("a helper ends the manager's place", "he", "DELETE", "/memberships/m-ma", None, 403),
    Attack("the last manager leaves", "ma", "DELETE", "/memberships/m-ma", None, 409),
    Attack("a licence that ran out, renewed by its owner", "old", "PUT", "/memberships/m-old", {"licence": LICENCE}, 403),
    Attack("the operator looks at a record", "op", "GET", "/members/{nainai}", None, 404),
    Attack("the operator breaks the glass", "op", "POST", "/members/{nainai}/break-glass", {"reason": "just looking around"}, 403),
    Attack("the helper breaks the glass", "he", "POST", "/members/{nainai}/break-glass", {"reason": "just looking around"}, 403),
    Attack("an expired licence breaks the glass", "old", "POST", "/members/{nainai}/break-glass", {"reason": "just looking around"}, 403),
    Attack("glass broken for no reason", "dr", "POST", "/members/{nainai}/break-glass", {"reason": "          "}, 422, "reason"),
    Attack("a helper consents for grandmother", "he", "POST", "/members/{nainai}/consents", {"scope": "share", "target": "he"}, 403),
    Attack("a doctor consents to their own share", "dr", "POST", "/members/{nainai}/consents", {"scope": "share", "target": "dr"}, 404),
    Attack("a share of erasing", "ma", "POST", "/members/{nainai}/consents", {"scope": "share", "target": "he", "purposes": ["erase"]}, 422, "purposes"),
    Attack("a parent's word on what the teen says", "ma", "POST", "/members/{teen}/consents", {"scope": "share", "target": "ma", "groups": ["conversations"], "purposes": ["model"]}, 403),
    Attack("a helper erases grandmother", "he", "DELETE", "/members/{nainai}", None, 403),
    Attack("a doctor erases grandmother", "dr", "DELETE", "/members/{nainai}", None, 404),
    Attack("a helper exports grandmother", "he", "GET", "/members/{nainai}/export", None, 403),
    Attack("a helper reads the audit", "he", "GET", "/audit", None, 403),
    Attack("a teen's audit read by a neighbour", "xm", "GET", "/audit?member={teen}", None, 404),
    Attack("a helper writes what a doctor orders", "he", "POST", "/members/{nainai}/entries", {"body": {"type": "MedicationRequest", "name": "华法林"}}, 403),
    Attack("a child's record given to who is not there", "he", "GET", "/members/{baby}", None, 404),
    # Injection
    Attack("SQL in an id", "ma", "GET", "/members/x'%20OR%20'1'%3D'1", None, 404),
    Attack("SQL that ends a statement", "ma", "GET", "/entries/x%22%3BDROP%20TABLE%20entry%3B--", None, 404),
    Attack("a path in an id", "ma", "GET", "/members/..%2F..%2Fetc%2Fpasswd", None, 404),
    Attack("a NUL in an id", "ma", "GET", "/members/x%00", None, 404),
    Attack("a percent sign that matches all", "ma", "GET", "/members/%25", None, 404),
    Attack("SQL in a kind", "ma", "GET", "/members/{nainai}/entries?kind=Patient'--", None, 422, "kind"),
    Attack("SQL in a cursor", "ma", "GET", "/members/{nainai}/entries?after='%20OR%201%3D1--", None, 422, "after"),
    Attack("a limit below zero", "ma", "GET", "/members/{nainai}/entries?limit=-1", None, 422, "limit"),
    Attack("a limit beyond all", "ma", "GET", "/members/{nainai}/entries?limit=999999999999999999999", None, 422, "limit"),
    Attack("a parameter twice", "ma", "GET", "/members/{nainai}/entries?limit=1&limit=2", None, 422, "limit"),
    Attack("a parameter nobody knows", "ma", "GET", "/members/{nainai}/entries?family_id=neighbours", None, 422, "family_id"),
    Attack("a line break in a name", "ma", "POST", "/members", {**NEW, "name": "a\r\nSet-Cookie: x=1"}, 422, "name"),
    Attack("a name written from right to left", "ma", "POST", "/members", {**NEW, "name": "奶奶\u202ecod.exe"}, 422, "name"),
    Attack("a name nobody sees", "ma", "POST", "/members", {**NEW, "name": "\u200b\u200b"}, 422, "name"),
    Attack("a NUL in a name", "ma", "POST", "/members", {**NEW, "name": "a\0b"}, 422),
    Attack("a name without an end", "ma", "POST", "/members", {**NEW, "name": "a" * 100_000}, 422, "name"),
    Attack("a dose without an end", "ma", "POST", "/members/{nainai}/entries", {"body": {**WEIGHT, "value": 1e300}}, 422, "body.value"),
    Attack("a fact of next year", "ma", "POST", "/members/{nainai}/entries", {"body": WEIGHT, "true_at": "2027-01-01T00:00:00Z"}, 422, "true_at"),
    # Keys
    Attack("a key that consents", "ma", "POST", "/keys", {**KEY, "scopes": ["consent", "consents"]}, 422, "scopes"),
    Attack("a key that reviews", "dr", "POST", "/keys", {**KEY, "scopes": ["review", "reviews"]}, 422, "scopes"),
    Attack("a key that administers", "ma", "POST", "/keys", {**KEY, "scopes": ["administer", "house"]}, 422, "scopes"),
    Attack("a key for ever", "ma", "POST", "/keys", {**KEY, "expires_at": "2099-01-01T00:00:00Z"}, 422, "expires_at"),
    Attack("a key of yesterday", "ma", "POST", "/keys", {**KEY, "expires_at": "2020-01-01T00:00:00Z"}, 422, "expires_at"),
    # Reviews
    Attack("the family approves its own answer", "ma", "POST", "/reviews/{review}/decision", {**REVIEW, "version": "{review}"}, 403),
    Attack("an expired licence approves", "old", "POST", "/reviews/{review}/decision", {**REVIEW, "version": "{review}"}, 403),
    Attack("another family's doctor approves", "xd", "POST", "/reviews/{review}/decision", {**REVIEW, "version": "{review}"}, 404),
    Attack("a nurse approves beyond her licence", "nu", "POST", "/reviews/{review}/decision", {**REVIEW, "version": "{review}"}, 404),
    Attack("a helper answers for the family", "he", "POST", "/reviews/{review}/answer", {"version": "{review}", "text": "好"}, 403),
    Attack("a reason the role may not give", "dr", "POST", "/reviews/{review}/decision", {**REVIEW, "version": "{review}", "reason": "because"}, 422, "reason"),
    Attack("a decision on a version that never was", "dr", "POST", "/reviews/{review}/decision", {**REVIEW, "version": "entry-0"}, 422, "version"),
    Attack("a release the guard never allows", "dr", "POST", "/reviews/{review}/decision", {**REVIEW, "version": "{review}"}, 422),
    Attack("a harmful text by way of an edit", "dr", "POST", "/reviews/{review}/decision", {**REVIEW, "version": "{review}", "decision": "edit", "reason": "clearer", "text": "奶奶可以吃布洛芬，一次吃一粒就行。"}, 422),
]  # fmt: skip


def filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: filled(each, ids) for key, each in value.items()}
    return ids[value[1:-1]] if isinstance(value, str) and value[:1] == "{" and value[1:-1] in ids else value


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda each: each.name)
async def test_it_is_refused(attack: Attack) -> None:
    async with town() as here:
        if "{review}" in attack.path:
            here.ids["review"] = (await here.family.held()).entry.id
        before = await kept(here)
        got = await here.call(attack.method, attack.path, attack.who, body=filled(attack.body, here.ids))
        assert got.status == attack.refused, got.text
        assert got.headers["cache-control"] == "no-store"
        told = got.json["error"]
        assert set(told) == {"code", "message", "field"}
        if attack.field:
            assert told["field"] == attack.field
        for value in ("OR '1'", "Set-Cookie", "DROP", "passwd", "root", "neighbours", "a" * 50):
            assert value not in told["message"], "an error repeats nothing that was sent"
        assert await kept(here) == before
