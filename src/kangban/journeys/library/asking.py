"""A question to the libraries: rules first, then sentences with their pages, each accepted by the support check."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kangban.clinical.draft import Claim, Draft, Verdict
from kangban.clinical.library import LibraryHit
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.clinical.urgency import Lang, Urgency
from kangban.guard.review import review
from kangban.journeys.house import House
from kangban.journeys.library.model_words import drafted, rewritten
from kangban.journeys.library.searching import hit_of, search, up_to_date
from kangban.journeys.library.shelves import open_shelves, require_shelf
from kangban.kernel.errors import InvalidInput
from kangban.kernel.texts import t
from kangban.perception.language.read import read
from kangban.reasoning.triage import triage
from kangban.retrieval.library.answer import accepted, quoted
from kangban.retrieval.library.followup import stands_alone
from kangban.retrieval.library.graph import Graph, Path
from kangban.retrieval.library.names import names_in
from kangban.toolbox.search_knowledge import citation_id, citation_of

MOST_QUESTION, MOST_EARLIER = 2000, 6
_URGENT: frozenset[Urgency] = frozenset({"emergency", "same_day"})
_MOST_SHOWN = 12  # names of one answer out of a graph


class AnsweredSentence(msgspec.Struct, frozen=True):
    """One sentence and the passages that carry it."""

    text: str
    hits: tuple[LibraryHit, ...]


class FollowedPath(msgspec.Struct, frozen=True):
    """One answer out of a graph: the names and relations walked, and the passage of each step."""

    names: tuple[str, ...]
    relations: tuple[str, ...]
    hits: tuple[LibraryHit, ...]


class LibraryAnswer(msgspec.Struct, frozen=True):
    """What the libraries say. `question` as it was understood; `found` False: nothing in them answers it.

    `lead` is what the rules say first (how soon to act, what may not be told), "" where they say nothing.
    """

    question: str
    urgency: Urgency
    lead: str
    sentences: tuple[AnsweredSentence, ...]
    paths: tuple[FollowedPath, ...]
    hits: tuple[LibraryHit, ...]
    found: bool


async def ask(
    house: House, question: str, *, earlier: Sequence[str] = (), top: int = 6, lang: Lang = "zh"
) -> LibraryAnswer:
    """Answer from the libraries the actor may ask; `earlier` are questions before this one, oldest first.

    Raises NotPermitted, and InvalidInput for an empty or endless question.
    """
    if not question.strip() or len(question) > MOST_QUESTION:
        raise InvalidInput("a question is empty or too long", field="question")
    shelves = await open_shelves(house, "ask")
    if not shelves:
        await require_shelf(house, "family", "ask")
    graphs = [(await up_to_date(house, shelf)) for shelf in shelves]
    names = [one.graph for one in graphs]
    before = [one[:MOST_QUESTION] for one in earlier][-MOST_EARLIER:]
    whole = stands_alone(question, before, lambda text: _all_names(text, names))
    if before:
        whole = await rewritten(house, question, before, whole)
    outcome = triage(read(whole), UNKNOWN_PERSON)
    urgent = outcome.urgency in _URGENT
    hits = await search(house, whole, top, "ask")
    if urgent:
        # Tradition never bears on how soon to act; where it is urgent, it is not heard at all.
        hits = [hit for hit in hits if not hit.tradition]
    made = await drafted(house, whole, hits)
    if made is None:
        sentences = [(one.text, (one.hit,)) for one in quoted(whole, hits, own=question, soothing=not urgent)]
    else:
        sentences = [(text, on) for text, on in made if accepted(text, on)]
    paths: list[FollowedPath] = []
    for one in graphs:
        for path in one.graph.paths(whole):
            steps = [one.passages[step.passage_id] for step in path.steps]
            on = tuple(hit_of(p, one.documents[p.document_id], 1.0) for p in steps)
            if not (urgent and any(hit.tradition for hit in on)):
                paths.append(_followed(path, on))
    kept, lead = _guarded(whole, sentences, lang)
    paths = paths if _may_tell(whole, paths, lang) else []
    return LibraryAnswer(
        whole, outcome.urgency, lead, kept, tuple(paths), tuple(hits), found=bool(kept or paths)
    )  # fmt: skip


def _all_names(text: str, graphs: Sequence[Graph]) -> list[str]:
    found = dict.fromkeys(name for graph in graphs or (Graph(),) for name in names_in(text, graph))
    return list(found)


def _followed(path: Path, hits: tuple[LibraryHit, ...]) -> FollowedPath:
    first = path.steps[0]
    names = [first.edge.object if first.back else first.edge.subject]
    names += [step.edge.subject if step.back else step.edge.object for step in path.steps]
    return FollowedPath(tuple(names), tuple(step.edge.relation for step in path.steps), hits)


def _guarded(
    question: str, sentences: Sequence[tuple[str, tuple[LibraryHit, ...]]], lang: Lang
) -> tuple[tuple[AnsweredSentence, ...], str]:
    """The sentences the guard lets through, and what it wants said before them."""
    kept = [one for one in sentences if _verdict(question, [one], lang).decision in ("release", "amend")]
    kept = [one for one in kept if _survives(_verdict(question, [one], lang), one[0])]
    verdict = _verdict(question, kept, lang)
    text = verdict.text or ""
    if verdict.decision in ("hold", "refuse"):
        return (), text
    if verdict.decision == "amend":
        kept = [one for one in kept if one[0] in text]
        for one in kept:
            text = text.replace(one[0], "")
        text = "\n".join(line for line in text.splitlines() if any(c.isalnum() for c in line))
    return tuple(AnsweredSentence(words, on) for words, on in kept), text.strip()


def _survives(verdict: Verdict, sentence: str) -> bool:
    return verdict.decision == "release" or sentence in (verdict.text or "")


def _verdict(question: str, sentences: Sequence[tuple[str, tuple[LibraryHit, ...]]], lang: Lang) -> Verdict:
    claims = tuple(Claim(text, tuple(citation_id(hit) for hit in on), line=True) for text, on in sentences)
    citations = {hit.id: citation_of(hit, lang) for _, on in sentences for hit in on}
    draft = Draft("\n".join(text for text, _ in sentences), claims, tuple(citations.values()), brain="library")
    return review(draft, question, UNKNOWN_PERSON, lang=lang)


def _may_tell(question: str, paths: Sequence[FollowedPath], lang: Lang) -> bool:
    """Names out of a graph are no sentences; what they would say together is judged all the same."""
    if not paths:
        return True
    told = "、".join(path.names[-1] for path in paths[:_MOST_SHOWN])
    on = tuple({hit.id: hit for path in paths for hit in path.hits}.values())
    words = f"{paths[0].names[0]}：{told}。"
    return _verdict(question, [(words, on)], lang).decision not in ("hold", "refuse")


def lines(answer: LibraryAnswer, lang: Lang) -> list[str]:
    """The answer for a person to read: sentences and paths with where they stand; or that nothing was found."""
    out = [answer.lead] if answer.lead else []
    out += [f"{one.text} [{'; '.join(_where(hit, lang) for hit in one.hits)}]" for one in answer.sentences]
    for path in answer.paths[:_MOST_SHOWN]:
        way = " → ".join(path.names)
        out.append(f"{way} [{'; '.join(dict.fromkeys(_where(hit, lang) for hit in path.hits))}]")
    return out if answer.found else [*out, t("library.nothing_found", lang)]


def _where(hit: LibraryHit, lang: Lang) -> str:
    cited = citation_of(hit, lang)
    return " · ".join(x for x in (cited.title, cited.place, cited.publisher) if x)
