"""A FHIR R4 server, read only: every page checked by fhir.resources (R4B), paging held to the server's own address."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast
from urllib.parse import urlencode, urljoin, urlsplit

import msgspec

from kangban.kernel.errors import InvalidInput, NotFound, Unavailable
from kangban.ports.clinical_server import FoundResources
from kangban.ports.web_fetch import Asking, WebFetch

KINDS = frozenset({
    "AllergyIntolerance", "CarePlan", "Condition", "DiagnosticReport", "DocumentReference", "Encounter",
    "FamilyMemberHistory", "Goal", "Immunization", "Medication", "MedicationAdministration", "MedicationDispense",
    "MedicationRequest", "MedicationStatement", "Observation", "Patient", "Procedure", "ServiceRequest", "Specimen",
})  # fmt: skip
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_TERM = re.compile(r"(?:_id|_lastUpdated|_sort|[a-z][a-zA-Z0-9-]{0,40})(?:[:.][A-Za-z0-9:.-]{1,60})?")
_MOST_TERMS, _LONGEST_TERM, _MOST_PAGES = 12, 300, 10
# Whoever reads the answer may be a model of somebody else's: what names or finds a person stays behind.
_NAMING = frozenset({
    "identifier", "telecom", "address", "photo", "contact", "extension", "contained", "author", "authorString",
    "authorReference", "data",
})  # fmt: skip
_LONGEST_TEXT = 4_000


class FhirEndpoint:
    """See ports/clinical_server.py. `token` raises Unavailable where none is set: one's own server may need none."""

    def __init__(self, fetch: WebFetch, url: str, token: Callable[[], str], *, at_home: bool) -> None:
        self._fetch, self._base, self._token, self._at_home = fetch, url.rstrip("/"), token, at_home

    @property
    def kinds(self) -> frozenset[str]:
        """See ClinicalServer.kinds."""
        return KINDS

    async def read(self, kind: str, id: str) -> FoundResources:
        """See ClinicalServer.read."""
        self._allowed(kind)
        if not _ID.fullmatch(id):
            raise InvalidInput("an id has letters, digits, - and . only", field="id")
        one = _checked(await self._ask(f"{self._base}/{kind}/{id}"), kind)
        return FoundResources((one,) if one is not None else (), left_out=int(one is None))

    async def search(self, kind: str, terms: dict[str, str], most: int) -> FoundResources:
        """See ClinicalServer.search."""
        self._allowed(kind)
        query = {**_terms(terms), "_count": str(min(most, 50))}
        url = f"{self._base}/{kind}?{urlencode(query)}"
        kept: list[dict[str, Any]] = []
        issues: list[str] = []
        total: int | None = None
        left_out = 0
        for _ in range(_MOST_PAGES):
            bundle = _bundle(await self._ask(url))
            total = bundle.total if total is None else total
            for entry in bundle.entries:
                if entry.get("resourceType") == "OperationOutcome":
                    issues += _issues(entry)
                elif (one := _checked(entry, "")) is None:
                    left_out += 1
                else:
                    kept.append(one)
            url = self._next(url, bundle.next)
            if len(kept) >= most or not url:
                break
        more = bool(url) or len(kept) > most
        return FoundResources(tuple(kept[:most]), total, more, left_out, tuple(issues[:10]))

    def _allowed(self, kind: str) -> None:
        if kind not in KINDS:
            raise InvalidInput("resources of this type are not asked for", field="kind")

    def _next(self, here: str, link: str) -> str:
        """The next page, if it lies below the server's own address."""
        if not link:
            return ""
        there = urljoin(here, link)
        base, parts = urlsplit(self._base), urlsplit(there)
        below = parts.path == base.path or parts.path.startswith(f"{base.path.rstrip('/')}/") or parts.path == "/"
        same = (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
        return there if same and below and ".." not in parts.path else ""

    async def _ask(self, url: str) -> Any:
        if not (self._at_home or url.startswith("https://")):
            raise Unavailable("a FHIR server outside is asked over https only", field="fhir")
        headers = {"Accept": "application/fhir+json, application/json;q=0.9"}
        with suppress(Unavailable):
            headers["Authorization"] = f"Bearer {self._token()}"
        try:
            found = await self._fetch.send(Asking(url, headers=headers))
        except InvalidInput as error:
            why = "the address of the FHIR server may not be opened: add its host:port to KANGBAN_FETCH_ALLOW"
            raise Unavailable(why, field="fhir", key=error.key) from None
        if found.status in (404, 410):
            raise NotFound("the server has no such resource", field="id")
        if found.status in (401, 403):
            raise Unavailable("the FHIR server refused the token: set the secret fhir_token", field="fhir_token")
        if found.status in (400, 405, 422):
            raise InvalidInput("the FHIR server did not take this search", field="terms")
        if found.status >= 300:
            raise Unavailable(f"the FHIR server does not answer as it should ({found.status})", field="fhir")
        try:
            return msgspec.json.decode(found.body)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise _odd() from None


class _Page(msgspec.Struct, frozen=True):
    entries: tuple[dict[str, Any], ...]
    total: int | None
    next: str


def _odd() -> Unavailable:
    return Unavailable("the FHIR server answered in a shape that is not FHIR R4", field="fhir")


def _terms(terms: dict[str, str]) -> dict[str, str]:
    if len(terms) > _MOST_TERMS:
        raise InvalidInput(f"at most {_MOST_TERMS} search terms", field="terms")
    for name, value in terms.items():
        if not _TERM.fullmatch(name):
            raise InvalidInput("no search parameter has such a name", field="terms")
        if not 0 < len(value) <= _LONGEST_TERM or not value.isprintable():
            raise InvalidInput("a search value is empty, too long, or holds control signs", field=f"terms.{name}")
    return terms


def _bundle(told: Any) -> _Page:
    """The frame of a page; its resources are checked one by one, so that a broken one does not hide the others."""
    from fhir.resources.R4B.bundle import Bundle

    if not isinstance(told, dict):
        raise _odd()
    page = cast("dict[str, Any]", told)
    rows: Any = page.get("entry") or []
    if page.get("resourceType") != "Bundle" or page.get("type") != "searchset" or not isinstance(rows, list):
        raise _odd()
    try:
        frame: Any = Bundle.model_validate({key: value for key, value in page.items() if key != "entry"})
    except (ValueError, TypeError, RecursionError):
        raise _odd() from None
    follow = next((str(each.url) for each in frame.link or () if each.relation == "next"), "")
    entries: list[dict[str, Any]] = []
    for row in cast("list[Any]", rows):
        resource: Any = cast("dict[str, Any]", row).get("resource") if isinstance(row, dict) else None
        entries.append(cast("dict[str, Any]", resource) if isinstance(resource, dict) else {})
    return _Page(tuple(entries), frame.total, follow)


def _checked(told: Any, kind: str) -> dict[str, Any] | None:
    """The resource without what names a person; None where it is not asked for, broken, or not to be understood."""
    from fhir.resources.R4B import get_fhir_model_class

    if not isinstance(told, dict):
        return None
    resource = cast("dict[str, Any]", told)
    name = resource.get("resourceType")
    if name not in KINDS or (kind and name != kind):
        return None
    try:
        if _holds(resource, "modifierExtension"):
            return None
        model: Any = get_fhir_model_class(cast("str", name))
        model.model_validate(resource)
        return _bare(resource, cast("str", name))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _holds(value: Any, key: str) -> bool:
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value)
        return key in pairs or any(_holds(one, key) for one in pairs.values())
    return isinstance(value, list) and any(_holds(one, key) for one in cast("list[Any]", value))


def _bare(resource: dict[str, Any], name: str) -> dict[str, Any]:
    found = cast("dict[str, Any]", _stripped(resource))
    if name in ("Patient", "FamilyMemberHistory"):
        found.pop("name", None)
    for day, year in (("birthDate", "birthYear"), ("bornDate", "bornYear")):
        if isinstance(born := found.pop(day, None), str):
            found[year] = born[:4]
    return found


def _stripped(value: Any, key: str = "") -> Any:
    if isinstance(value, list):
        return [_stripped(one, key) for one in cast("list[Any]", value)]
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else f"{value[:_LONGEST_TEXT]}…"
    if not isinstance(value, dict):
        return value
    pairs = cast("dict[str, Any]", value)
    gone = set(_NAMING)
    # A code's words are medicine; a reference's are mostly somebody's name.
    if not ({"code", "system"} & set(pairs) or key == "medicationReference"):
        gone.add("display")
    if key in ("attachment", "presentedForm") or "contentType" in pairs:
        gone |= {"url", "title"}
    return {
        name: _stripped(one, name)
        for name, one in pairs.items()
        if not (name in gone or name.startswith("_") or (name == "text" and isinstance(one, dict)))
    }


def _issues(outcome: dict[str, Any]) -> list[str]:
    rows = outcome.get("issue")
    found: list[str] = []
    for row in cast("list[Any]", rows) if isinstance(rows, list) else []:
        if isinstance(row, dict):
            issue = cast("dict[str, Any]", row)
            found.append(f"{issue.get('severity', '')} {issue.get('code', '')}".strip()[:80])
    return found
