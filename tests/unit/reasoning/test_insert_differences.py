"""Where an insert and the catalogue part."""

from __future__ import annotations

from kangban.journeys.insert_reading import read_words

HEAD = "OTC 甲类\n【药品名称】\n通用名称：布洛芬片\n"


def found(text: str) -> dict[tuple[str, str], tuple[str, str]]:
    read = read_words(HEAD + text)
    assert read.matched == "ibuprofen"
    whole = HEAD + text
    assert all(0 <= d.span[0] < d.span[1] <= len(whole) for d in read.differences)
    return {(d.kind, d.about): (d.insert, d.catalogue) for d in read.differences}


def test_the_same_composition_is_no_difference() -> None:
    assert not [k for k in found("【成份】本品每片含布洛芬0.2克。") if k[0] == "composition"]


def test_another_ingredient_is_one_and_so_is_a_missing_one() -> None:
    told = found("【成份】每片含对乙酰氨基酚0.3克。")
    assert told["composition", "paracetamol"] == ("对乙酰氨基酚 0.3 克 / 片", "")
    assert told["composition", "ibuprofen"] == ("", "布洛芬")


def test_a_dose_above_our_limit_and_one_below() -> None:
    above = found("【成份】每片含布洛芬0.4克。\n【用法用量】成人一次2片，一日4次。")
    assert above["dose_above", "ibuprofen:single"][0] == "800 mg"
    assert above["dose_above", "ibuprofen:daily"][0] == "3.2 g"
    below = found("【成份】每片含布洛芬0.1克。\n【用法用量】成人一次1片，一日3次。")
    assert below["dose_below", "ibuprofen:daily"][0] == "300 mg"


def test_tablets_without_a_strength_are_not_guessed() -> None:
    assert not [
        k for k in found("【成份】本品主要成份为布洛芬。\n【用法用量】成人一次9片。") if k[0].startswith("dose")
    ]


def test_a_contraindication_and_an_interaction_we_lack() -> None:
    told = found("【禁忌】卟啉病患者禁用。\n【药物相互作用】与左甲状腺素钠合用时疗效改变。")
    assert ("contraindication", "condition:porphyria") in told
    assert [k for k in told if k[0] == "interaction"] == [("interaction", "levothyroxine")]


def test_what_the_catalogue_forbids_and_warns_of_is_no_difference() -> None:
    told = found(
        "【成份】每片含布洛芬0.2克。\n【禁忌】对本品过敏者、消化性溃疡患者禁用。\n【药物相互作用】与华法林合用时出血增加。"
    )
    assert not [k for k in told if k[0] in ("contraindication", "interaction")]


def test_another_class_is_one() -> None:
    told = read_words("处方药\n【药品名称】\n通用名称：布洛芬片\n【性状】白色片。")
    assert [(d.kind, d.insert, d.catalogue) for d in told.differences] == [("class", "rx", "otc_a")]


def test_a_name_one_slip_away_is_not_held_against_a_known_medicine() -> None:
    read = read_words("【药品名称】\n通用名称：布洛酚片\n【成份】每片含咖啡因1克。")
    assert (read.matched, read.differences) == (None, ())
