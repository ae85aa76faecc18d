"""Words → facts, in Chinese and English, with spans into the text as given."""

from __future__ import annotations

import pytest

from kangban.kernel.errors import InvalidInput
from kangban.kernel.numbers import number
from kangban.perception.language.read import read


def measured(text: str) -> dict[str, float]:
    return {m.code: m.value for m in read(text).measures}


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("三", 3), ("两", 2), ("半", 0.5), ("十二", 12), ("三十九", 39), ("一百二", 120), ("一百零二", 102),
     ("一个半"[:1] + "半", 1.5), ("two", 2), ("half", 0.5)],
)  # fmt: skip
def test_numbers(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "age"),
    [("奶奶76岁", 76), ("三岁半的孩子", 3.5), ("宝宝8个月，发烧", 8 / 12), ("出生5天的婴儿", 5 / 365.25), ("a 2-year-old boy", 2),
     ("3 months old baby", 0.25), ("6 yo", 6), ("62M with chest pain", 62), ("两岁", 2), ("1岁3个月", 1.25)],
)  # fmt: skip
def test_ages(text: str, age: float) -> None:
    assert read(text).age_years == pytest.approx(age, abs=0.01)


@pytest.mark.parametrize(
    ("text", "celsius"),
    [("发烧38.2℃", 38.2), ("烧到39度5", 39.5), ("体温40", 40), ("39.5度", 39.5), ("temp 101.3F", 38.5), ("fever of 104", 40),
     ("三十八度五", 38.5), ("３８．５℃", 38.5), ("38度半", 38.5)],
)  # fmt: skip
def test_temperatures(text: str, celsius: float) -> None:
    assert measured(text)["temp"] == pytest.approx(celsius, abs=0.06)


@pytest.mark.parametrize("text", ["吃了38次", "38岁", "每天100次"])
def test_no_temperature(text: str) -> None:
    assert "temp" not in measured(text)


def test_vital_signs() -> None:
    told = measured("血压180/110，心率120次，血氧88%，呼吸30次，血糖2.8，eGFR 48")
    found = {code: value for code, value in told.items() if not code.startswith("lab:")}
    assert found == {"sbp": 180, "dbp": 110, "hr": 120, "spo2": 88, "rr": 30, "glucose": 2.8, "egfr": 48}


def test_glucose_in_mg_per_dl_is_converted() -> None:
    assert measured("glucose 54 mg/dl")["glucose"] == pytest.approx(3.0, abs=0.01)


@pytest.mark.parametrize(("text", "kg"), [("16斤", 8), ("体重16公斤", 16), ("35 lbs", 15.88), ("16 kg", 16)])
def test_weights(text: str, kg: float) -> None:
    assert read(text).weight_kg == pytest.approx(kg, abs=0.01)


@pytest.mark.parametrize(
    ("text", "pregnant", "weeks"),
    [("孕22周", True, 22), ("怀孕5个月了", True, 21.7), ("I am 28 weeks pregnant", True, 28), ("没怀孕", False, None),
     ("备孕中", False, None), ("头疼", None, None)],
)  # fmt: skip
def test_pregnancy(text: str, pregnant: bool | None, weeks: float | None) -> None:
    said = read(text)
    assert said.pregnant is pregnant
    assert said.pregnancy_weeks == (pytest.approx(weeks, abs=0.1) if weeks is not None else None)


@pytest.mark.parametrize(
    ("text", "hours"),
    [("疼了半小时", 0.5), ("发烧两天", 48), ("咳嗽三周", 504), ("for 3 days", 72), ("2 hours ago", 2), ("宝宝8个月，哭", None),
     ("一天三次", None)],
)  # fmt: skip
def test_durations(text: str, hours: float | None) -> None:
    assert read(text).hours == hours


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("没有胸痛", False), ("无胸痛、咳嗽", False), ("否认发热，胸痛", False), ("胸口疼", True), ("胸口不疼", False), ("不停地咳，胸痛", True),
        ("没劲，胸痛", True), ("denies chest pain", False), ("no fever, but chest pain", True), ("有没有胸痛", True), ("chest pain", True),
        ("without chest pain", False), ("既往胸痛病史", False), ("没有发烧，胸口疼得厉害", True), ("医生说没事，可是胸痛", True),
    ],
)  # fmt: skip
def test_negation(text: str, there: bool) -> None:
    assert ("chest_pain" in read(text).present()) is there


def test_a_medicine_name_is_no_complaint() -> None:
    said = read("感冒灵能和布洛芬一起吃吗")
    assert [d.text for d in said.drugs] == ["感冒灵", "布洛芬"]
    assert not said.present()


def test_drugs_with_dose_and_frequency() -> None:
    said = read("布洛芬 400mg 一天3次，阿莫西林两粒 bid")
    assert [(d.text, d.dose, d.per_day) for d in said.drugs] == [("布洛芬", "400mg", 3.0), ("阿莫西林", "两粒", 2.0)]


@pytest.mark.parametrize(
    ("text", "meant"), [("布洛分", "布洛芬"), ("阿莫西令", "阿莫西林"), ("took ibuprofin", "ibuprofen")]
)
def test_misspelt_names_are_found_and_never_confident(text: str, meant: str) -> None:
    (found,) = read(text).drugs
    assert (found.match, found.name.lower()) == ("misspelt", meant)


@pytest.mark.parametrize("text", ["我感冒了三天", "今天天气不错", "宝宝一直哭", "头疼得厉害", "my head hurts"])
def test_everyday_words_are_no_medicine(text: str) -> None:
    assert not read(text).drugs


def test_names_in_no_catalogue_are_noticed() -> None:
    assert "神灵片" in read("吃了神灵片").unknown_names


def test_spans_point_into_the_text_as_given() -> None:
    text = "奶 奶在吃布 洛 芬，胸\u200b口疼"
    said = read(text)
    (drug,) = said.drugs
    assert text[drug.start : drug.end] == "布 洛 芬"


def test_too_long_is_refused() -> None:
    with pytest.raises(InvalidInput):
        read("疼" * 200_001)


@pytest.mark.parametrize("text", ["", " ", "🤒🤒", "\ufeff", "İİİ", "a" * 10000, "(" * 2000, "不" * 3000, "\ud83d"])
def test_strange_texts_do_not_break(text: str) -> None:
    assert not read(text).drugs


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("宝宝才40天，烧到38.5", 40 / 365.25),
        ("baby 7 weeks with fever", 7 / 52.18),
        ("满月的宝宝发烧", 0.02),
        ("刚满两个月，发烧38.3", 2 / 12),
    ],
)
def test_ages_of_babies_without_the_word_old(text: str, age: float) -> None:
    assert read(text).age_years == pytest.approx(age, abs=0.01)


@pytest.mark.parametrize(
    ("text", "code", "value"),
    [
        ("心率只有34", "hr", 34),
        ("血糖仪显示28", "glucose", 28),
        ("oxygen reading 87", "spo2", 87),
        ("宝宝摸着烫38.1", "temp", 38.1),
    ],
)
def test_vital_signs_in_everyday_words(text: str, code: str, value: float) -> None:
    assert [m.value for m in read(text).measures if m.code == code] == [value]


def test_a_temperature_before_a_time_is_no_duration() -> None:
    assert read("发热38.3半天").hours == 12.0


@pytest.mark.parametrize("text", ["流了不少鲜血，便血", "月经量特别多"])
def test_words_that_only_look_like_a_denial(text: str) -> None:
    said = read(text)
    assert said.present()
    assert not said.denied()
