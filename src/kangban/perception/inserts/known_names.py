"""A printed name → what the catalogue calls it, only where it is certain: salts, strengths and forms taken off."""

from __future__ import annotations

import re
from functools import lru_cache

from kangban.perception.inserts.entities import FORMS
from kangban.rules.catalogue import Named, catalogue
from kangban.rules.compiled import shipped
from kangban.rules.names import fold

_SALT = re.compile(
    r"^(?:盐酸|硫酸|磷酸|马来酸|富马酸|酒石酸|枸橼酸|氢溴酸|苯磺酸|甲磺酸|醋酸|琥珀酸|硝酸|重酒石酸)|(?:钠|钾|钙|镁)$"
    r"|\s+(?:hydrochloride|hcl|maleate|fumarate|succinate|tartrate|citrate|hydrobromide|besylate|mesylate|sulfate|phosphate|acetate|sodium|potassium|calcium)$",
    re.IGNORECASE,
)
_FORM = re.compile(rf"(?:{FORMS})$")


@lru_cache(maxsize=4096)
def find_named(name: str) -> Named | None:
    """The catalogue entry a name means, or None. A compound is never its plain ingredient."""
    names = catalogue().by_name
    plain = "".join(name.split()) if re.search(r"[\u4e00-\u9fff]", name) else " ".join(name.split())
    for text in (plain, *_simpler(plain)):
        found = names.get(fold(text))
        if found is not None:
            return found
    return None


def _simpler(name: str) -> list[str]:
    if name.startswith(("复方", "小儿")):
        return []
    unformed = _FORM.sub("", name)
    tries = [_SALT.sub("", name), unformed, _SALT.sub("", unformed), _SALT.sub("", _SALT.sub("", unformed))]
    return [t for t in dict.fromkeys(tries) if len(t) >= 2 and t != name]


def find_ingredient(name: str) -> str | None:
    """The one ingredient id a name means, or None for compounds, classes and unknown names."""
    named = find_named(name)
    if named is None or named.kind == "class" or len(named.contents) != 1:
        return None
    return named.contents[0][0]


def others_of(name: str) -> tuple[str, ...]:
    """What an interaction with this name is about: ingredient ids, "class:…" or "food:…"; () when not known."""
    named = find_named(name)
    if named is None and name.endswith(("药物", "药品", "类")):
        named = find_named(re.sub(r"(?:类药物|类药品|药物|药品|类)$", "", name)) or find_named(re.sub(r"物$", "", name))
    if named is not None:
        return (named.id,) if named.kind == "class" else tuple(i for i, _ in named.contents)
    food = _foods().get(fold(name))
    return (f"food:{food}",) if food else ()


@lru_cache(maxsize=1)
def _foods() -> dict[str, str]:
    return {fold(n): f.id for f in shipped().packs.foods for n in (f.name, f.name_en, *f.aliases)}
