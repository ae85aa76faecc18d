"""Disease graphs as JSON lines: one disease a line, its relations as keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from kangban.clinical.library import Edge
from kangban.retrieval.library.chunking import Piece, cut
from kangban.retrieval.library.sources.texts import Row, plain

# Key of a line → (relation, heading). What several keys say alike goes under one relation.
_KEYS: dict[str, tuple[str, str]] = {
    "symptom": ("symptom", "症状"), "symptoms": ("symptom", "症状"),
    "cause": ("cause", "病因"),
    "cure_way": ("treatment", "治疗方式"), "treatment": ("treatment", "治疗方式"), "cure": ("treatment", "治疗方式"),
    "common_drug": ("drug", "常用药"), "recommand_drug": ("drug", "常用药"), "recommend_drug": ("drug", "常用药"),
    "drugs": ("drug", "常用药"), "drug": ("drug", "常用药"), "drug_detail": ("drug_product", "药品"),
    "do_eat": ("food", "宜吃"), "recommand_eat": ("food", "宜吃"), "recommend_eat": ("food", "宜吃"), "foods": ("food", "宜吃"),
    "not_eat": ("food_avoid", "忌吃"),
    "acompany": ("complication", "并发症"), "accompany": ("complication", "并发症"), "complication": ("complication", "并发症"),
    "check": ("check", "检查"), "checks": ("check", "检查"),
    "cure_department": ("department", "科室"), "department": ("department", "科室"),
    "prevent": ("prevention", "预防"),
    "easy_get": ("at_risk", "易感人群"), "get_prob": ("frequency", "患病比例"), "get_way": ("spread", "传播方式"),
    "cure_lasttime": ("duration", "治疗周期"), "cured_prob": ("outlook", "治愈率"),
    "desc": ("about", "简介"), "description": ("about", "简介"),
}  # fmt: skip
RELATIONS = frozenset(relation for relation, _ in _KEYS.values())
HEADINGS: dict[str, str] = dict(_KEYS.values())
_TELLING = {"symptom", "treatment", "drug", "drugs", "do_eat", "acompany", "cause", "common_drug", "cure_way", "check"}
_LONGEST_NAME, _MOST_OBJECTS = 40, 200


def is_disease(row: Mapping[str, Any]) -> bool:
    """Whether a row is a disease with relations."""
    return isinstance(row.get("name"), str) and len(_TELLING & row.keys()) >= 2


def graph_pieces(rows: Iterable[Row]) -> Iterator[Piece]:
    """One passage for each relation of each disease, with its edges; long texts are cut and are no edges."""
    for row in rows:
        name = plain(row.get("name"))[:_LONGEST_NAME]
        if not name:
            continue
        told: dict[str, list[str]] = {}
        for key, value in row.items():
            if key in _KEYS:
                told.setdefault(_KEYS[key][0], []).extend(_objects(value))
        for relation, objects in told.items():
            yield from _relation(name, relation, list(dict.fromkeys(objects))[:_MOST_OBJECTS])


def _relation(name: str, relation: str, objects: list[str]) -> Iterator[Piece]:
    if not objects:
        return
    heading = f"{name} › {HEADINGS[relation]}"
    short = [one for one in objects if len(one) <= _LONGEST_NAME]
    if len(short) == len(objects):
        edges = tuple(Edge(name, relation, one) for one in short)
        yield Piece(f"{name}的{HEADINGS[relation]}：{'、'.join(short)}。", heading, edges=edges)
        return
    for text in objects:
        yield from cut(text, heading)


def _objects(value: Any) -> list[str]:
    values = cast("list[Any]", value) if isinstance(value, list) else [value]
    return [text for each in values if (text := plain(each))]
