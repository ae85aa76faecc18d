"""What the guard can read and what it cannot: English of all kinds, and some thirty other languages."""

from __future__ import annotations

import pytest

from kangban.clinical.draft import Draft
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.guard import review

ENGLISH = (
    "Wheezing overnight suggests bronchospasm; schedule spirometry.",
    "Rotavirus typically spreads through nursery toys.",
    "Dandelion tea lacks convincing trials.",
    "Apply sunscreen generously beforehand.",
    "Consider physiotherapy twice weekly.",
    "Elevate swollen ankles tonight.",
    "Grandpa's hearing aid batteries die quickly.",
    "Vaccination appointments fill fast.",
    "Symptoms: fatigue, bloating, cramps.",
    "Differential diagnoses include sarcoidosis, lymphoma, tuberculosis.",
    "Metformin, glipizide, acarbose, sitagliptin.",
    "Paracetamol 500 mg tablet twice daily",
    "Ibuprofen 200 mg capsule, generic",
    "Lisinopril-hydrochlorothiazide combination pills",
    "Kidney stones hurt terribly.",
    "Marathon runners occasionally collapse.",
    "Gluten-free oats taste fine.",
    "Toddler refuses vegetables again?",
    "Shoulder impingement often follows repetitive overhead lifting.",
    "Congratulations on quitting cigarettes!",
    "Hydrate frequently during heatwaves.",
    "Insurance covers acupuncture sessions partially.",
    "Swab results arrived yesterday evening.",
    "Her cholesterol climbed slightly.",
    "Probiotics might shorten diarrhoea.",
    "Chamomile soothes mild indigestion.",
    "Quarantine lasts ten days.",
    "Melatonin gummies vary wildly.",
    "Cyclists suffer saddle sores.",
    "Dentists recommend fluoride varnish.",
    "Squat slowly, knees tracking toes.",
    "Glaucoma screening every twelve months",
    "Retinopathy: moderate nonproliferative, left macula spared.",
    "Optic cup-to-disc ratio 0.7 bilaterally",
    "Haemoglobin dropped from 132 to 118 g/L.",
)
OTHERS = (
    "Prenez 500 mg de paracétamol toutes les 6 heures.",
    "Принимайте парацетамол по 500 мг каждые 6 часов.",
    "Tome 2 comprimidos de ibuprofeno cada 8 horas.",
    "アセトアミノフェンを500mg 6時間ごとに飲んでください。",
    "พาราเซตามอล 500 มก. ทุก 6 ชั่วโมง",
    "두 알을 하루 세 번 드세요",
    "Nehmen Sie zwei Tabletten alle sechs Stunden.",
    "Nehmen Sie 500 mg Paracetamol alle 6 Stunden ein.",
    "Prenda due compresse ogni otto ore.",
    "Tome dois comprimidos a cada oito horas.",
    "Neem twee tabletten om de acht uur.",
    "Ambil dua tablet setiap enam jam.",
    "Minum 2 tablet setiap 8 jam sesudah makan.",
    "Uống hai viên mỗi sáu giờ.",
    "Her altı saatte bir iki tablet alın.",
    "Proszę brać dwie tabletki co osiem godzin.",
    "Ta två tabletter var sjätte timme.",
    "Ota kaksi tablettia kuuden tunnin välein.",
    "Vegyen be két tablettát hat óránként.",
    "خذ قرصين كل ست ساعات",
    "हर छह घंटे में दो गोलियाँ लें",
    "Пийте по дві таблетки кожні шість годин.",
    "Vezměte si dvě tablety každých šest hodin.",
    "Luați două tablete la fiecare șase ore.",
    "Uminom ng dalawang tableta tuwing anim na oras.",
    "Chukua vidonge viwili kila saa sita.",
    "Et puis, ne donnez pas d'aspirine aux enfants.",
    "No le dé aspirina al niño.",
    "Puede tomar el ibuprofeno con la warfarina sin problema.",
    "Sie können Warfarin und Ibuprofen zusammen nehmen.",
    "È sicuro prendere il warfarin con l'ibuprofene.",
    "Δύο χάπια κάθε έξι ώρες",
)


def fails(text: str, question: str = "发烧了，吃什么药？") -> bool:
    checks = review(Draft(text), question, UNKNOWN_PERSON).checks
    return any(one.name == "unread_language" and one.outcome == "fail" for one in checks)


@pytest.mark.parametrize("text", ENGLISH)
def test_plain_english_is_read(text: str) -> None:
    assert not fails(text)


@pytest.mark.parametrize("text", OTHERS)
def test_other_languages_are_told(text: str) -> None:
    assert fails(text)
    assert fails(f"好的。{text}多喝水。")


def test_a_sentence_without_number_and_without_a_clinical_question_is_let_go() -> None:
    assert not fails("Bonjour à tous mes amis.", "“大家好”用法语怎么说")
    assert fails("Bonjour à tous mes amis.")


def test_what_the_person_wrote_may_be_said_back() -> None:
    said = "Prenez 500 mg de paracétamol toutes les 6 heures."
    assert not fails(said, f"这句是什么意思：{said}")
