"""What a clause says, as far as words tell: who, which medicine, allowed or not, which direction, how often."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

import msgspec

from kangban.kernel.needles import needles
from kangban.kernel.patterns import lazy_pattern
from kangban.retrieval.quantities import Quantity, find_quantities
from kangban.rules.catalogue import Named, catalogue

# Opposites: a clause that says one where the source says the other contradicts it.
_OPPOSITES: tuple[tuple[str, str], ...] = (
    (r"升高|增加|增强|加重|升压|变高|加快|加速|增多|上升|提高|变强|加大|\b(?:increas|rais|strengthen|worsen|elevat|boost|higher|enhanc)\w*|\braises?\b|\bmore (?:effect|bleeding|toxic)", r"降低|减少|减弱|减轻|变低|减慢|下降|缓解|变弱|削弱|降下|\b(?:decreas|reduc|lower|weaken|less(?:en)?|eas(?:e|es|ing)|drop|fall)\w*"),
    (r"饭前|餐前|空腹|before (?:a |the )?(?:meals?|food|eating|breakfast)|empty stomach|fasting", r"饭后|餐后|随餐|饭中|进餐时|after (?:a |the )?(?:meals?|food|eating|breakfast)|with (?:food|meals?|a meal|the first bite)"),
    (r"早上|早晨|清晨|上午|晨起|in the morning|every morning", r"晚上|睡前|夜间|临睡|at night|at bedtime|in the evening|before bed"),
    (r"严重|重度|重症|severe|serious", r"轻微|轻度|轻症|mild|slight|minor"),
    (r"短期|short[- ]term|short (?:course|use)|briefly", r"长期|long[- ]term|long (?:course|use)|chronic(?:ally)? use"),
    (r"每天|每日|一天|一日|天天|daily|a day|every day|per day|once a day", r"每周|一周|每星期|weekly|a week|every week|per week|每月|每隔一天|monthly|every other day"),
    (r"常见|经常|多数|大多|常有|\bcommon(?:ly)?\b|\boften\b|\bmost\b|frequent", r"罕见|少见|偶尔|极少|少数|\brare(?:ly)?\b|\bseldom\b|\buncommon|\boccasional"),
    (r"立即|立刻|马上|现在就|immediately|at once|right away|right now|\bnow\b|urgent", r"不急|过几天|慢慢|等几天|改天|wait (?:a few|several)|in a few days|no hurry|not urgent|later"),
    (r"快速|过快|变快|太快|\bfast(?:er)?\b|\brapid", r"过慢|变慢|太慢|\bslow(?:er|s|ing)?\b"),
    (r"高血压|血压(?:高|偏高|升)|hypertension|high blood pressure", r"低血压|血压(?:低|偏低|过低|下降)|hypotension|low blood pressure"),
    (r"高血糖|血糖(?:高|升|过高)|hyperglyc|high (?:blood )?sugar", r"低血糖|血糖(?:低|过低|下降)|hypoglyc|low (?:blood )?sugar"),
    (r"高血?钾|血钾(?:高|升|过高)|hyperkal|high potassium", r"低血?钾|血钾(?:低|过低)|hypokal|low potassium"),
    (r"便秘|constipation", r"腹泻|拉肚子|diarrh"),
    (r"嗜睡|犯困|困倦|drows|sleepy|sedat", r"失眠|兴奋|睡不着|insomnia|sleepless"),
    (r"左", r"右"), (r"\bleft\b", r"\bright (?:side|arm|leg|ear|eye)\b"),
    (r"冷藏|冰箱|2[~～\-–]8|refrigerat", r"常温|室温|room temperature"),
    (r"整片|整粒|不要(?:嚼|掰|压)|不能(?:嚼|掰)|吞服|whole|do not (?:crush|chew)", r"嚼碎|嚼服|掰开|压碎|研碎|chew(?:ed)? (?:it|well)|crush(?:ed)? it"),
    (r"平躺|躺下|lie down|lying", r"坐(?:直|着|起)|站着|upright|stand"),
)  # fmt: skip
OPPOSITES = tuple((lazy_pattern(a, re.I), lazy_pattern(b, re.I)) for a, b in _OPPOSITES)

# Words that only make a claim stronger; a source must say them, too.
ABSOLUTES = tuple(
    lazy_pattern(p, re.I)
    for p in (
        r"总是|永远|必然|肯定会|一定会|百分之百|绝对|保证|(?<!almost )\balways\b|\bguarantee|\bcertain(?:ly)?\b|\babsolutely\b|100 ?%",
        r"一律|都会|完全(?!停)|所有人|任何人|谁都|\bcompletely\b|(?<!not )\beveryone\b",
        r"从不|从来不|绝不会|never (?:cause|happen|interact|harm|a )|\bno one\b",
        r"致命|会死|致死|猝死|fatal|deadly|lethal|\bkills?\b",
        r"根治|治愈|治好|断根|\bcures?\b|cured",
    )
)

# Who: a sentence about one group is not carried by a source about another.
_GROUPS: tuple[tuple[str, str], ...] = (
    ("child", r"儿童|小儿|孩子|宝宝|婴|幼儿|小孩|患儿|新生儿|未成年|青少年|\bchild(?:ren)?\b|\binfants?\b|\bbab(?:y|ies)\b|\bkids?\b|\bteen|\btoddler|\bnewborn|p(?:a)?ediatric"),
    ("adult", r"成人|成年人|大人|\badults?\b|\bgrown-?ups?\b"),
    ("elder", r"老人|老年|高龄|长者|\belder|\bolder (?:people|adults|persons|patients)|\bold people|\baged\b|\bseniors?\b"),
    ("pregnancy", r"孕|妊娠|怀孕|胎|\bpregnan|\bfet(?:us|al)|\bunborn|trimester"),
    ("lactation", r"哺|喂奶|母乳|乳汁|\bbreast-?\s?feed|\bnursing\b|\blactat|breast milk"),
    ("kidney", r"肾|\brenal\b|\bkidney|\begfr\b|crcl|creatinine|肌酐|透析|dialysis"),
    ("liver", r"肝|\blivers?\b|\bhepat|cirrhosis|胆"),
    ("heart", r"心衰|心力衰竭|心脏|心梗|冠心病|心绞痛|心律|\bheart\b|\bcardiac|angina|arrhythm|infarct"),
    ("asthma", r"哮喘|\basthma"), ("glaucoma", r"青光眼|glaucoma"), ("ulcer", r"溃疡|ulcer"),
    ("bleeding", r"出血|\bbleed|haemorrh|hemorrh"), ("gout", r"痛风|\bgout"), ("epilepsy", r"癫痫|epilep|seizure|抽搐|惊厥"),
    ("diabetes", r"糖尿病|diabet"), ("prostate", r"前列腺|prostat"), ("thyroid", r"甲状腺|甲亢|甲减|thyroid"),
    ("alcohol", r"酒|alcohol|drinking\b"), ("grapefruit", r"葡萄柚|西柚|grapefruit"), ("milk", r"牛奶|奶制品|\bmilk\b|dairy"),
    ("driving", r"开车|驾驶|机器|\bdriv|machine"), ("men", r"男性|男人|\bmen\b|\bmale"), ("women", r"女性|妇女|\bwomen\b|\bfemale"),
    ("stroke", r"中风|卒中|脑梗|脑出血|\bstroke"), ("allergy", r"过敏|allerg"), ("g6pd", r"蚕豆|g6pd"), ("fever", r"发烧|发热|退烧|\bfever"),
    ("pain", r"疼|痛(?!风)|\bpain|\bache"), ("cough", r"咳|\bcough"), ("diarrhoea", r"腹泻|拉肚子|diarrh"), ("rash", r"皮疹|\brash"),
)  # fmt: skip
GROUPS = tuple((name, lazy_pattern(p, re.I)) for name, p in _GROUPS)
# Of these, naming another one than the source does is a swap, not an addition.
SWAPS = (
    {"child", "adult", "elder"},
    {"pregnancy", "lactation"},
    {
        "kidney",
        "liver",
        "heart",
        "asthma",
        "glaucoma",
        "ulcer",
        "gout",
        "epilepsy",
        "diabetes",
        "prostate",
        "thyroid",
        "stroke",
    },
    {"men", "women"},
    {"alcohol", "grapefruit", "milk"},
)

_SOOTHES = lazy_pattern(
    r"不用担心|不必担心|无需担心|没有(?:相互作用|冲突|影响|禁忌|危险|风险|问题|关系)|不(?:冲突|影响|相互作用|会有(?:问题|影响|危险))|无(?:相互作用|影响|禁忌|需(?:避免|调整|减量|监测|停)|妨)|没(?:问题|关系|事|影响)|"
    r"不(?:用|必|需要?)(?:避免|忌|停|减量|调整|监测|就医|去医院|看医生|问|注意|小心|管|在意|戒|控制)|随便|随意|"
    r"no (?:need|problem|interaction|risk|danger|effect|concern|harm|restriction|limit)|not (?:contraindicated|harmful|dangerous|a problem|necessary|needed)|harmless|"
    r"\bfeel free\b|\bgo ahead\b|放心(?:地)?(?:用|吃|服|喝|和|与)|"
    r"(?:do|does) not (?:need|interact|affect|matter|harm)|don't need|doesn't (?:interact|affect|matter)|needn't|without (?:concern|risk|worry|limit|asking)",
    re.I,
)  # fmt: skip
_FORBIDS = lazy_pattern(
    r"禁用|禁止|禁忌|禁服|忌用|忌服|不能(?!缓解|控制|排除|坐|站|直立|定期)|不可(?!逆)|不要|不得|不宜|不应|不该|不适(?:合|用|宜)|避免|避开|勿|切忌|别(?!的|人|嘌|处|名|急)|不建议|不推荐|别急着|不许|不准|不行|不用(?!担心)|不吃|不服|不喝|不合用|不同用|不给|停用|停药|先停|停服|不再|"
    r"\bno other\b|\bnot (?:for|in|if|with|below|under|before|until|while|during|be|to|take|use|together|recommended|suitable|advised|allowed|on|within|after|drink|give|above|exceed|combine)\b|"
    r"\bnever\b|\bavoid|contra-?indicat|forbid|\bprohibit|must not|should not|do not|don't|cannot|can't|(?<!may )(?<!can )\bstop\b|\bnone\b|^not?\b|\bunsafe\b|\bunsuitable\b",
    re.I,
)  # fmt: skip
_CAREFUL = lazy_pattern(
    r"慎用|慎服|慎|小心|当心|谨慎|注意|留意|监测|权衡|警惕|提防|遵医嘱|先问|问(?:过)?医生|咨询|医生(?:指导|决定|评估|同意)|\bcare\b|\bcaution|\bcareful|\bmonitor|\bwatch|\bask\b|\bweigh|\bconsult|\badvice\b|\bcheck\b|supervis|only if|doctor decides",
    re.I,
)
_PERMITS = lazy_pattern(
    r"可以|可(?=用|服|吃|与|同|继续|在|喝|给|合用|照)|能(?=吃|用|服|和|与|一起|喝|同|放心|继续|随)|允许|放心|安全(?!性)|适合|适用|适宜|无妨|首选|建议(?:用|吃|服)|推荐(?:用|吃|服)|优先|\byou (?:may|can)\b|\b(?:may|can|could)\b (?:also |still |safely )*(?:be (?:safely )?(?:used|taken|given|combined|continued)|take|use|have it|drink|eat|continue)|\bsafe|\ballowed|\bsuitable|\bfine\b|\bok(?:ay)?\b|preferred|first choice|feel free|go ahead|recommended",
    re.I,
)
_NEGATES = lazy_pattern(
    r"不会|不(?:增|减|升|降|影响|加重|引起|导致|是|含|同|需)|没有|无(?!力)|未|\bnot\b|\bno\b|n't\b|without|never|neither",
    re.I,
)
CLAUSE = lazy_pattern(
    r"[。！？!?；;\n，,：:]|(?<=[a-z)])\.(?=\s|$)|但是|但|不过|而(?!且)|\bbut\b|\bhowever\b|\bwhile\b(?! nursing)"
)


class Traits(msgspec.Struct, frozen=True):
    """What a stretch of text says. `polarity`: permit, forbid, careful, or ""."""

    text: str
    polarity: str
    negated: bool
    groups: frozenset[str]
    drugs: frozenset[str]  # ingredient ids and class keys named
    grams: frozenset[str]
    quantities: tuple[Quantity, ...]


@lru_cache(maxsize=1)
def _names() -> Callable[[str], Iterable[tuple[int, tuple[int, Named]]]]:
    names = catalogue()
    spelt = {s: n for folded, n in names.by_name.items() for s in (folded, names.spelling[folded].lower())}
    return needles({s: (len(s), n) for s, n in spelt.items() if len(s) >= (4 if s.isascii() else 2)})


def drugs_in(text: str) -> frozenset[str]:
    """Ingredient ids, product ids and "class:…" keys of everything named; the longest name wins."""
    lowered = text.lower()
    found: dict[tuple[int, int], frozenset[str]] = {}
    for last, (length, named) in _names()(lowered):
        start, end = last - length + 1, last + 1
        if start and _latin(lowered[start]) and _latin(lowered[start - 1]):
            continue
        if _latin(lowered[end - 1]) and _latin(lowered[end : end + 1]) and lowered[end] != "s":
            continue
        found[start, end] = frozenset({named.id, *(i for i, _ in named.contents)})
    kept = [s for s in found if not any(o != s and o[0] <= s[0] and s[1] <= o[1] for o in found)]
    return frozenset[str]().union(*(found[s] for s in kept))


def _latin(char: str) -> bool:
    return char.isascii() and char.isalpha()


_STOP = frozenset((
    "the", "and", "for", "with", "are", "was", "not", "can", "may", "you", "your", "this", "that", "from", "have", "has", "use",
    "take", "its", "into", "but", "should", "must", "when", "than", "who", "them", "they", "any", "one", "also", "will",
))  # fmt: skip


def grams(text: str) -> frozenset[str]:
    """Pairs of Chinese characters and stems of Latin words: what two texts can share."""
    chinese = re.findall(r"[\u4e00-\u9fff]+", text)
    pairs = {run[i : i + 2] for run in chinese for i in range(len(run) - 1)}
    words = {w[:6] for w in re.findall(r"[a-z]{3,}", text.lower()) if w not in _STOP}
    return frozenset(pairs | words)


def polarity(text: str) -> str:
    """permit, forbid, careful or "". What soothes counts as permission even where it holds a "not"."""
    bare, soothed = _SOOTHES.subn(" ", text)
    if _FORBIDS.search(bare):
        return "forbid"
    if soothed:
        return "permit"
    if _CAREFUL.search(bare):
        return "careful"
    return "permit" if _PERMITS.search(bare) else ""


@lru_cache(maxsize=8192)
def traits(text: str) -> Traits:
    """Read one clause or sentence."""
    return Traits(
        text,
        polarity(text),
        _NEGATES.search(text) is not None,
        frozenset(name for name, pattern in GROUPS if pattern.search(text)),
        drugs_in(text),
        grams(text),
        tuple(find_quantities(text)),
    )


def clauses(text: str) -> list[str]:
    """Clauses of a text; commas inside numbers stay."""
    return [c.strip() for c in CLAUSE.split(text) if c and len(c.strip()) > 1]


def polarities(text: str) -> frozenset[str]:
    """The polarities of all clauses of a text."""
    return frozenset(p for p in (polarity(c) for c in clauses(text)) if p)
