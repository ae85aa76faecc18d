"""Names of persons in English: by a title, by "my name is", by a label, or by a common first name. Pinyin, too."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kangban.perception.language.identifiers.latin import Parts, finds
from kangban.perception.language.identifiers.name_words import ENGLISH_FIRST, PINYIN_SURNAMES
from kangban.perception.language.identifiers.span import Span

# A name has one somewhere; most Latin in Chinese text is units and abbreviations.
_CAPITAL = re.compile(r"[A-Z][a-z'.]|[A-Z]{2}[ ,]+[A-Z]{2}")
_WORD = r"(?:[OD]'|Mc|Mac|De|Van|van der |von |de |Al-)?[A-Z][a-zà-öø-ÿ]+(?:-[A-Z][a-z]+)?"
_FULL = rf"(?:{_WORD}|[A-Z]\.)(?:[ ](?:{_WORD}|[A-Z]\.)){{0,3}}"
_CAPITALS = r"[A-Z]{2,}(?:[ ,]+[A-Z]{2,}){1,2}"
_TITLE = re.compile(
    rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Doctor|Nurse|Sir|Madam|Aunt|Uncle|Granny|Grandma|Grandpa)\.?[ ](?P<name>{_FULL})"
)
_SAID = re.compile(
    rf"(?i:\b(?:my name is|my name's|name is|i am|i'm|this is|call me|called|named|(?:husband|wife|son|daughter|mother|father|mom|mum|dad|brother|sister|friend|partner|patient|pt)(?: is)?(?: named| called)?|dear|seen by|signed by|regards,?|sincerely,?|reviewed by|dictated by|attending|contact|next of kin|ask for|speak to|from))[ \n]+(?:(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof)\.?[ ])?(?P<name>{_FULL}|{_CAPITALS})"
)
_NAMED_LOW = re.compile(
    r"\bmy name(?:'s| is) (?P<name>[a-z]{2,15}(?: [a-z]{2,15})?)(?=[.,;!?\n]| and | i |$)", re.IGNORECASE
)
_LABEL = re.compile(
    rf"(?i:\b(?:patient(?:'s)?(?: name)?|pt(?: name)?|(?:full |first |last |sur)?name|physician|doctor|provider|signed|signature|attending|nurse|guardian|contact|next of kin|mother|father|spouse|reviewed by|reported by|collected by|consultant|attn|nok|cc|gp))[ ]*[:=][ ]*(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.? )?(?P<name>{_WORD},[ ]?{_FULL}|{_FULL}|{_CAPITALS})"
)
_FIRST = re.compile(rf"(?<![\w-])(?P<name>(?P<first>[A-Z][a-z]+)(?:[ ](?:[A-Z]\.|{_WORD})){{1,3}})")
_PINYIN = re.compile(
    r"(?<![\w-])(?P<name>(?P<first>[A-Z][a-z]+),?[ ](?P<given>[A-Z][a-z]{1,9}(?:-[A-Za-z][a-z]{0,5}|[ ][A-Z][a-z]{0,5})?))(?![\w-])"
)
_SYLLABLE = r"(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?(?:a|o|e|i|u|v|ai|ei|ui|ao|ou|iu|ie|ue|er|an|en|in|un|ang|eng|ing|ong|ia|ua|uo|iao|ian|uan|iang|uang|iong|uai)"
_SPELT = re.compile(rf"(?:{_SYLLABLE}){{1,3}}", re.IGNORECASE)
# Capitalised words that stand where a name may stand and are none.
_NO_NAME_WORDS = (
    "The A An My Your His Her Our I We You They It This That These What When Where Why How Is Are Was Can "
    "Could May Should Would Do Does Did Has Have Had Please Take Call Thanks Hello Hi Good Yes No Not Age Sex "
    "Male Female Date Time Name Patient Doctor Dr Unknown None Anonymous Stable Denies Reports Presents Vital "
    "Blood Pressure Heart Type Chest Pain Tylenol Advil Aleve Motrin Zoloft Prozac Lipitor Eliquis Xarelto "
    "Plavix Coumadin Ozempic Metformin Warfarin Aspirin Ibuprofen Robitussin Parkinson Parkinsons Alzheimer "
    "Alzheimers Crohn Crohns Hashimoto Bell Bells Down Graves Addison Cushing Hodgkin Mayo Saint St General "
    "Hospital Clinic University Medical Center Centre Emergency Cardiology Neurology Oncology Surgery Monday "
    "Tuesday Wednesday Thursday Friday Saturday Sunday January February March April June July August "
    "September October November December Diabetic Pregnant Allergic Chinese English American British Vitamin "
    "Omega Kangban Email Phone Tel Address Covid Influenza Hypertension Diabetes Asthma Stage Grade Level "
    "Class Left Right Upper Lower Acute Chronic Apt Street Road Avenue Google Microsoft Apple "
)
NO_NAME = frozenset(_NO_NAME_WORDS.split())
_DISEASE = re.compile(
    r"(?:'s)?[ ](?:disease|syndrome|palsy|lymphoma|wort|sign|test|thyroiditis|chorea|sarcoma|tumou?r|Hospital|Clinic|Medical|University|Health|Children|General|Memorial|Institute|Center|Centre|Street|Avenue|Road|virus|score|scale)"
)
_TAIL = re.compile(r"[ ](?:MD|RN|DO|PhD|Age|Sex|DOB|Date|Male|Female|Gender|Phone|Tel|Address|MRN|Hb)\b.*")


def english_names(text: str, parts: Parts) -> Iterator[Span]:
    """Every name in Latin letters; a title stays outside."""
    named = [part for part in parts if _CAPITAL.search(text, *part)]
    for pattern in (_TITLE, _SAID, _LABEL):
        for match in finds(pattern, text, named):
            yield from _kept(text, match.start("name"), match["name"])
    for match in finds(_NAMED_LOW, text, [part for part in parts if part[1] - part[0] > 12]):
        if not {"is", "not", "the", "a", "on"} & set(match["name"].split()):
            yield Span(match.start("name"), match.end("name"), "NAME")
    for match in finds(_FIRST, text, named):
        if match["first"] in ENGLISH_FIRST:
            yield from _kept(text, match.start("name"), match["name"])
    for match in finds(_PINYIN, text, named):
        given = re.sub(r"[ -]", "", match["given"])
        if match["first"] in PINYIN_SURNAMES and _SPELT.fullmatch(given):
            yield from _kept(text, match.start("name"), match["name"])


def _kept(text: str, start: int, name: str) -> Iterator[Span]:
    """The words up to the first that is no name."""
    name = _TAIL.sub("", name)
    words: list[str] = []
    for word in name.split(" "):
        if word.strip(".,") in NO_NAME:
            break
        words.append(word)
    name = " ".join(words).rstrip(" ,.")
    if len(name) < 2 or _DISEASE.match(text, start + len(name)):
        return
    yield Span(start, start + len(name), "NAME")
