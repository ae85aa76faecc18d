"""`kangban medicines check|resolve`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kangban.cli.options import (
    As,
    DataDir,
    Demo,
    Input,
    Json,
    Jsonl,
    Lang,
    PersonWords,
    Records,
    language,
    person_of,
    run,
)

if TYPE_CHECKING:
    from kangban.cli.shapes import CheckIn, ResolveIn


def check(
    names: Annotated[list[str] | None, typer.Argument(help="Names of medicines.")] = None,
    person: PersonWords = None,
    json: Json = False,
    jsonl: Jsonl = False,
    input: Input = None,
    lang: Lang = "zh",
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """May this person take these medicines?"""
    from kangban.cli.shapes import CheckIn
    from kangban.reasoning.medication.check import check_medicines
    from kangban.toolbox.contract import check_object

    shown = language(lang)
    records = Records(data_dir, demo, as_)

    async def work(asked: CheckIn) -> dict[str, Any]:
        uses = asked.uses()
        return check_object(check_medicines(await records.facts(asked.person), uses), shown)  # pyright: ignore[reportArgumentType]

    words = {"medicines": names or [], "person": person_of(person)}
    run(CheckIn, work, words=words, source=input, jsonl=jsonl, show=None if json else _show_check, after=records.close)


def _show_check(answer: dict[str, Any]) -> str:
    lines: list[str] = []
    for one in answer["findings"]:
        lines.append(f"[{one['severity']}] {' + '.join(one['medicines'])}: {one['message']}")
        if one["instead"]:
            lines.append(f"    -> {one['instead']}")
        lines += [f"    {c['title']} {c['place']}" for c in one["citations"][:2]]
        if one["family_confirmed_insert"]:
            lines.append(f"    [family_confirmed_insert] {', '.join(one['family_confirmed_insert'])}")
    lines += [f"[unknown: {u['worst']}] {u['fact']}: {u['why']}" for u in answer["unknown"]]
    lines += [f"[not in catalogue] {m['name']} ({', '.join(m['suggestions'])})" for m in answer["not_in_catalogue"]]
    lines.append(f"({answer['checked']} items checked; not found is not the same as safe)")
    return "\n".join(lines)


def advise(
    complaint: Annotated[str, typer.Argument(help="What is wrong, in your own words.")] = "",
    box: Annotated[list[str] | None, typer.Option("--box", help="A medicine at home; repeat it.")] = None,
    person: PersonWords = None,
    json: Json = False,
    jsonl: Jsonl = False,
    input: Input = None,
    lang: Lang = "zh",
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """What of what we have at home may this person take for this?"""
    from kangban.cli.shapes import AdviseIn, check_text
    from kangban.kernel.clock import SystemClock
    from kangban.perception.language.read import read
    from kangban.reasoning.medication.advise import advise as advise_box
    from kangban.reasoning.triage import triage
    from kangban.toolbox.contract import advice_object

    shown = language(lang)
    records = Records(data_dir, demo, as_)

    async def work(asked: AdviseIn) -> dict[str, Any]:
        told = check_text(asked.complaint, "complaint")
        facts = await records.facts(asked.person)
        outcome = triage(read(told), facts)
        advice = advise_box(facts, outcome, asked.items(), SystemClock().now().astimezone().date())
        return advice_object(advice, shown)  # pyright: ignore[reportArgumentType]

    words = {"complaint": complaint, "box": box or [], "person": person_of(person)}
    run(
        AdviseIn, work, words=words, source=input, jsonl=jsonl, show=None if json else _show_advice, after=records.close
    )


def _show_advice(answer: dict[str, Any]) -> str:
    lines = [f"[{answer['urgency']}]"]
    for one in answer["offer"]:
        lines.append(f"+ {one['name']}: {one['dose']} — {one['why']}")
        lines += [f"    x {name}" for name in one["not_with"]]
    lines += [f"- {one['name']}: {one['why']}" for one in answer["refuse"]]
    lines += [f"[unknown: {u['worst']}] {u['fact']}: {u['why']}" for u in answer["unknown"]]
    lines += [f"[not in catalogue] {m['name']} ({', '.join(m['suggestions'])})" for m in answer["not_in_catalogue"]]
    return "\n".join(lines)


def resolve(
    name: Annotated[str, typer.Argument(help="A name as written on the box or said.")] = "",
    json: Json = False,
    jsonl: Jsonl = False,
    input: Input = None,
    lang: Lang = "zh",
) -> None:
    """What is in a named medicine?"""
    from kangban.cli.shapes import ResolveIn
    from kangban.kernel.errors import InvalidInput
    from kangban.reasoning.medication.resolve import resolver
    from kangban.toolbox.contract import resolve_object

    language(lang)

    async def work(asked: ResolveIn) -> dict[str, Any]:
        if not asked.name.strip():
            raise InvalidInput("the name is empty", field="name")
        return resolve_object(resolver().resolve(asked.name))

    run(ResolveIn, work, words={"name": name}, source=input, jsonl=jsonl, show=None if json else _show_resolve)


def _show_resolve(answer: dict[str, Any]) -> str:
    if answer["match"] is None:
        return f"? {', '.join(answer['suggestions'])}"
    inside = ", ".join(f"{i['name']} ({i['name_en']}) {i['amount'] or ''}".strip() for i in answer["ingredients"])
    return f"{answer['matched']} [{answer['kind']}, {answer['match']}]: {inside}"
