"""Every proof of the medicine pack finds what it is there for: one mistake planted, one fault told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from kangban.rules.compiled import shipped
from kangban.rules.load import Packs
from kangban.rules.proofs_medication import prove_medication
from kangban.rules.proofs_words import prove_words
from kangban.rules.schema import Content, Ingredient, Product

PACKS = shipped().packs
RECALLED = next(f"{s.id}#{s.passages[0].key}" for s in PACKS.sources if s.evidence == "recalled")


def with_ingredient(change: Callable[[Ingredient], Ingredient], like: Callable[[Ingredient], bool]) -> Packs:
    at = next(n for n, one in enumerate(PACKS.ingredients) if like(one))
    changed = (*PACKS.ingredients[:at], change(PACKS.ingredients[at]), *PACKS.ingredients[at + 1 :])
    return replace(PACKS, ingredients=changed)


def with_product(change: Callable[[Product], Product], like: Callable[[Product], bool]) -> Packs:
    at = next(n for n, one in enumerate(PACKS.products) if like(one))
    return replace(PACKS, products=(*PACKS.products[:at], change(PACKS.products[at]), *PACKS.products[at + 1 :]))


def labelled(product: Product) -> bool:
    return not product.composition_recalled and any(c.amount for c in product.contains)


def swallowed(product: Product) -> bool:
    return bool(product.herbs) and not product.applied


PLANTED = {
    "the herb 麻黄 is not among": lambda: with_product(
        lambda p: replace(p, herbs=(*p.herbs, "麻黄"), contains=(Content("menthol"),)), swallowed
    ),
    "unknown ingredient unobtainium": lambda: with_product(
        lambda p: replace(p, contains=(Content("unobtainium"),), herbs=()), labelled
    ),
    "is no amount: much": lambda: with_product(
        lambda p: replace(p, contains=(replace(p.contains[0], amount="much"),), herbs=()), labelled
    ),
    "has amounts but no unit": lambda: with_product(lambda p: replace(p, unit=""), labelled),
    "contains nothing": lambda: with_product(lambda p: replace(p, contains=(), kind="product", herbs=()), labelled),
    "a recalled composition may not have amounts": lambda: with_product(
        lambda p: replace(p, composition_recalled=True), labelled
    ),
    "a composition needs a label that was read": lambda: with_product(
        lambda p: replace(p, citations=(RECALLED,)), labelled
    ),
    "a dose needs a label that was read": lambda: with_ingredient(
        lambda i: replace(i, dose=(replace(i.dose[0], citations=(RECALLED,)), *i.dose[1:])), lambda i: bool(i.dose)
    ),
    "recalled facts may only be caution or note": lambda: with_ingredient(
        lambda i: replace(i, caution=(replace(i.caution[0], severity="avoid", citations=(RECALLED,)),)),
        lambda i: bool(i.caution),
    ),
    "belongs to several": lambda: with_ingredient(
        lambda i: replace(i, aliases=(*i.aliases, "华法林")), lambda i: i.id == "ibuprofen"
    ),
    "empty band": lambda: with_ingredient(
        lambda i: replace(
            i, caution=(replace(i.caution[0], person=replace(i.caution[0].person, age_from=9, age_below=3)),)
        ),
        lambda i: bool(i.caution),
    ),
    "unknown condition lycanthropy": lambda: with_ingredient(
        lambda i: replace(
            i, caution=(replace(i.caution[0], person=replace(i.caution[0].person, conditions=("lycanthropy",))),)
        ),
        lambda i: bool(i.caution),
    ),
}


@pytest.mark.parametrize("told", PLANTED)
def test_a_planted_mistake_is_told(told: str) -> None:
    before = {(fault.place, fault.what) for fault in prove_medication(PACKS)}
    after = {(fault.place, fault.what) for fault in prove_medication(PLANTED[told]())}
    assert before == set()
    assert any(told in what for _, what in after), sorted(after)[:5]


WORDS = {
    "words do not say what not to do": {"severity": "avoid", "message": "会伤肝。", "message_en": "It may harm the liver."},
    "words do not say what not to do, English": {
        "severity": "contraindicated", "message": "不能用：会伤肝。", "message_en": "It may harm the liver.",
    },
    "what to do instead forbids it": {
        "severity": "caution", "message": "要小心。", "message_en": "Take care.", "instead": "别用，问医生。",
        "instead_en": "Do not use it; ask the doctor.",
    },
}  # fmt: skip


@pytest.mark.parametrize("told", WORDS)
def test_words_against_the_severity_are_told(told: str) -> None:
    assert list(prove_words(PACKS)) == []
    planted = with_ingredient(
        lambda i: replace(i, caution=(replace(i.caution[0], **WORDS[told]), *i.caution[1:])), lambda i: bool(i.caution)
    )
    (fault,) = prove_words(planted)
    assert told.split(",")[0] in fault.what


def test_advice_to_take_apart_is_not_taken_for_a_ban() -> None:
    kind = {
        "severity": "caution",
        "message": "要错开。",
        "message_en": "Take apart.",
        "instead": "不要和牛奶一起吃，隔2小时。",
    }
    planted = with_ingredient(
        lambda i: replace(i, caution=(replace(i.caution[0], **kind, instead_en="Do not take it together with milk."),)),
        lambda i: bool(i.caution),
    )
    assert list(prove_words(planted)) == []
