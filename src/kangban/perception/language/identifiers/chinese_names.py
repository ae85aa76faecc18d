"""Names of persons in Chinese: by a label, by a title, by kin, or by standing alone like one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kangban.perception.language.identifiers import name_words as w
from kangban.perception.language.identifiers.english_names import NO_NAME
from kangban.perception.language.identifiers.span import Span
from kangban.rules.catalogue import catalogue

_HAN = r"\u4e00-\u9fff"
_LABELS = (
    "患者姓名|病人姓名|姓[ ]*名|患者|病人|患儿|产妇|孕妇|伤者|老人|紧急联系人|联系人|家属|监护人|法定代理人|代理人|委托人|被保险人|投保人|参保人|收件人|寄件人|寄件|收件|收货人|"
    "陪诊人|陪护人|陪护|陪同|主治医师|主治医生|主管医师|主管医生|经治医师|管床医生|住院医师|报告医师|审核医师|检查医师|书写医师|诊断医师|麻醉医师|送检医师|送检医生|申请医师|申请医生|"
    "开单医生|接诊医生|值班医生|手术医师|医师|医生|主刀|术者|助手|责任护士|值班护士|护士|药师|检验者|审核者|报告者|检验人|审核人|报告人|记录人|记录者|采集者|采样者|接收者|核对者|操作者|"
    "填表人|经办人|申请人|签收人|签名|签字|署名|姓名及电话|本人|我叫|我是|名叫|叫做|名字叫|名字是|名字|叫|我妈妈|我爸爸|我妈|我爸|母亲|父亲|妈妈|爸爸|奶奶|爷爷|外婆|外公|姥姥|姥爷|"
    "岳父|岳母|公公|婆婆|老公|老婆|丈夫|妻子|爱人|老伴|女儿|儿子|孙子|孙女|外孙女|外孙|侄子|侄女|外甥女|外甥|哥哥|姐姐|弟弟|妹妹|同事|朋友|邻居|室友|同学|老师|孩子|宝宝|闺女|我家|"
    "采样人|代办人|被授权人|授权|户名|一助|二助|麻醉者|麻醉|送检人|报告医生|审核医生|主诊医生|接种人|护工|保姆|俺娘|俺爹|俺妈|俺爸|我娘|我爹|二姨|大姨|小姨|三姨|姨妈|大伯|二伯|二叔|三叔|大舅|二舅|小舅|舅妈|姑妈|姑父|姨父|婶婶|"
    "表弟|表哥|表姐|表妹|堂弟|堂哥|堂姐|堂妹|儿媳|女婿|麻烦|转告|提醒|告诉|约了|问下|"
    "先生|女士|校对|录入|打印人|见证人|负责人|法人|户主|持卡人|就诊人|咨询人|受检者|受试者|送检者|责任人"
)  # fmt: skip
_LABEL = re.compile(rf"(?:{_LABELS})(?P<sep>\([^()\n]{{1,6}}\)[ ]*:?|[ ]*[:=】|\]][ \n]*|[ ]+|)")
_GIVEN_ONLY = re.compile(
    r"(?:叫|孙子|孙女|儿子|女儿|闺女|老公|老婆|我家|宝宝|孩子|弟弟|妹妹|外孙|外孙女|侄子|侄女)(?:叫|是)?$"
)
_TITLE = re.compile("|".join(sorted(map(re.escape, w.TITLES), key=len, reverse=True)))
_TITLES_OF_TWO = re.compile("|".join(sorted((t for t in w.TITLES if len(t) > 1), key=len, reverse=True)))
_FULL_ONLY = frozenset(
    {"患者", "家属", "家长", "某", "某某", "姑娘", "公公", "婆婆", "外婆", "姥姥", "姥爷", "妈", "爸"}
)
_KIN = re.compile(rf"(?:的)?(?:{'|'.join(sorted(w.KIN, key=len, reverse=True))})")
_NICKS = re.compile(rf"(?P<nick>[小老阿])(?P<name>[{_HAN}])")
_BREAKS = re.compile(
    r"[开吃做买拿用打查配][的了过]|今[年天晨早晚日]|昨[天日晚]|最近|说|我|他|她|你|您|的|了|是|在|有|和|跟|与|因|于|能|可以|要|想|吃|服|喝|血[压糖脂常小]|体温|心[脏跳慌率电]|头|腹|胸|咳|发[烧热现]|感|入院|住院|这|那|也|都|就|又|还|"
    r"女[,，性 ]|男[,，性 ]|患|病|同志|医|大夫|护|先生|女士|小姐|老师|阿姨|奶奶|爷爷|主任|性别|年[龄纪]|[一二三四五六七八九十]+岁|科[别室]?[:：]|电话|手机|住[址]|因|代|反复|主诉|既往"
)
_ENDS = re.compile(f"{_BREAKS.pattern}|{_TITLES_OF_TWO.pattern}")
_PARTICLE = re.compile("[的了是我他她它你您这那吗呢吧啊也都就又还很没]")
_HEADER = re.compile(r"[,(| ]{0,2}(?:\d{1,3}岁|男|女)[,，)| 性\d]?")
_PART = r"(?:(?![的是在有和与了说这那今昨])[\u4e00-\u9fff]){2,8}"
_ETHNIC = re.compile(rf"{_PART}(?:·{_PART}){{1,2}}(?!病|综合征|氏|征|法|定律|评分|量表|结晶|试验|呼吸|分级|乐队)")
_ETHNIC_LEAD = re.compile(r"^(?:患者|病人|患儿|姓名|我是|我叫|名叫|家属|产妇|医生|医师|叫)+")
_FIRST = "".join(sorted(w.SURNAMES | w.RARE | {name[0] for name in w.COMPOUND}))
_BARE = re.compile(rf"(?:(?<![{_HAN}])|(?<=[和跟与给找请带陪让问替帮是]))(?=[{_FIRST}][{_HAN}])[{_FIRST}]")

# A person in a header, whatever the name: who, then one of the other peoples.
_HEADED = re.compile(
    rf"(?:患者|病人|患儿|姓名|母亲|父亲|产妇)[: ]{{0,3}}(?:母亲|父亲|儿子|女儿|家属)?(?P<name>(?![男女健体均])[{_HAN}]{{2,8}})[, ]{{1,2}}(?!汉)[{_HAN}]{{1,4}}族"
)
_SPACED = re.compile(
    rf"姓[ ]*名[ ]*:[ ]*(?P<name>[{_HAN}][ ]{{1,2}}[{_HAN}](?:[ ]{{1,2}}(?![性年男女])[{_HAN}])?)(?=[ ]*(?:性|年|男|女|\n|\Z))"
)
_LATIN_WORD = r"[A-Z][A-Za-z'\u00c0-\u017f-]{0,20}[a-z\u00df-\u017f]"
_LATIN = re.compile(rf"{_LATIN_WORD}(?: {_LATIN_WORD}){{0,3}}")
_LATIN_BEFORE = re.compile(r"(?:患者|病人|姓名)[: ]{0,2}\Z")
_LATIN_AFTER = re.compile(r" ?(?:老师|医生|大夫|阿姨|先生|女士|小姐|太太|教授|奶奶|爷爷|叔叔|伯伯|姐姐|哥哥)")
# Characters that write the names of the steppe, the oases and the plateau by sound.
_SOUNDS = re.compile(
    "[阿艾买提古丽娜尔热合曼江汗木依玛布都吐逊库班孜克拉力帕夏比努扎西次仁央宗卓多吉旺堆罗桑丹增格日勒其巴特苏和图雅乌云]{3,10}"
)
_STEMS = re.compile(
    "古丽|阿依|买买提|吐尔逊|热合曼|库尔班|努尔|玛依|合买提|艾合|扎西|次仁|卓玛|多吉|旺堆|罗桑|丹增|央宗|巴特尔|其其格|图雅|日勒|娜仁"
)
_SURE_GIVEN = "".join(sorted(w.STRONG_GIVEN - set("明平清洁")))
_ADDRESSED = re.compile(rf"[姐哥姨嫂叔婶](?![妹们弟{_SURE_GIVEN}])")
_GIVENS = "".join(sorted(w.GIVEN - set("一二三四五六七八九十百千万")))
_CALLED = re.compile(
    rf"(?P<name>([{_SURE_GIVEN}])\2(?=[:,])|(?![小老阿大])[{_GIVENS}][{_SURE_GIVEN}](?=,(?:你|您|她|他|麻烦|记得|帮)))"
)
_ASKED = re.compile("问下|转告")


@lru_cache(maxsize=1)
def _no_names() -> frozenset[str]:
    """Beginnings that are words or medicines, two or three characters long."""
    drugs = {name[:3] for name in catalogue().by_name if name[:1] in w.SURNAMES and len(name) > 2}
    return frozenset(w.NO_NAMES) | drugs


def _is_word(text: str, at: int) -> bool:
    words = _no_names()
    return text[at : at + 2] in words or text[at : at + 3] in words or text[at : at + 4] in words


def _given(char: str, *, sure: bool) -> bool:
    return char in w.GIVEN or (
        "\u4e00" <= char <= "\u9fff"
        and (char not in w.NOT_GIVEN if not sure else not _BREAKS.match(char) and char not in "年月日时性别科室未无不")
    )


_TOKEN = re.compile(rf"[{_HAN}]{{2,4}}(?![{_HAN}])")
_NAME_CHARACTERS = w.GIVEN | w.SURNAMES
_NICK_CHARACTERS = w.SURNAMES | w.NICK_GIVEN
_NO_NICK_OF_A_MOTHER = w.NO_NICK - {"小红", "小雪", "小龙", "小雨"}


def read_name(text: str, at: int, *, sure: bool, told: bool = False) -> int:
    """Where a full name that begins here ends, 0 when none does.

    `sure`: a label with a colon or a blank led to it; `told`: a word like 我是 or 女儿 did, then one unusual character
    (从 of 沈从武) is let pass.
    """
    if text[at : at + 2] in w.COMPOUND:
        first = at + 2
    elif text[at : at + 1] in w.SURNAMES or (
        text[at : at + 1] and ((sure and text[at] in w.RARE) or (told and text[at] in "向朴库盖"))
    ):
        first = at + 1
        if _is_word(text, at):
            return 0
    else:
        return 0
    if text[first : first + 1] == " " and sure:
        first += 1
    pair = text[first : first + 2]
    if (
        told
        and len(pair) == 2
        and not _PARTICLE.search(pair)
        and pair[1] not in "对帮替代"
        and any(c in w.GIVEN for c in pair)
        and _names_end(text, first)
    ):
        return first + 2
    if not text[first : first + 1] or not _given(text[first], sure=sure) or _TITLES_OF_TWO.match(text, first):
        return 0
    second = text[first + 1 : first + 2]
    if second and _given(second, sure=sure) and not _ENDS.match(text, first + 1):
        return first + 2
    return first + 1


def _names_end(text: str, first: int) -> bool:
    """Whether two characters that begin here may close a name: both Han, no title among them, and words go on after."""
    if not all("\u4e00" <= c <= "\u9fff" for c in text[first : first + 2]) or _TITLES_OF_TWO.match(text, first):
        return False
    return _follows(text, first + 2) and not _ENDS.match(text, first + 1)


def _follows(text: str, at: int) -> bool:
    return (
        at >= len(text)
        or not "\u4e00" <= text[at] <= "\u9fff"
        or text[at] in w.FOLLOW
        or text.startswith("过敏", at)
        or bool(_TITLE.match(text, at))
    )


def chinese_names(text: str) -> Iterator[Span]:
    """Every name; a title behind it stays outside, so that a sentence still reads."""
    if text.isascii():
        return
    for found in (_by_label(text), _by_title(text), _by_kin(text), _nicknames(text), _alone(text), _by_shape(text)):
        for start, end in found:
            yield Span(start, end, "NAME")
    if "·" in text:
        for match in _ETHNIC.finditer(text):
            lead = _ETHNIC_LEAD.match(match.group())
            yield Span(match.start() + (lead.end() if lead else 0), match.end(), "NAME")


def _by_shape(text: str) -> Iterator[tuple[int, int]]:
    """Names that are no surname with a given name: of other tongues, spaced out, called out, one character and a title."""
    for shape in (_HEADED, _SPACED):
        for match in shape.finditer(text):
            if match["name"] not in w.NONE:
                yield match.span("name")
    for match in _LATIN.finditer(text):
        at, end = match.span()
        if (text[at - 1 : at].isascii() and text[at - 1 : at].isalpha()) or match.group().split(" ")[0] in NO_NAME:
            continue
        led = " " in match.group() and _LATIN_BEFORE.search(text, max(0, at - 4), at)
        if (led and (end == len(text) or text[end] in ",(\n的")) or _LATIN_AFTER.match(text, end):
            yield at, end
    for match in _ADDRESSED.finditer(text):
        at = match.start() - 1
        if at < 0 or text[at] not in _SURE_GIVEN:
            continue
        before = text[at - 1] if at else ""
        if not "\u4e00" <= before <= "\u9fff" or before in "和跟给找请让问帮":
            yield at, at + 1
    for match in _SOUNDS.finditer(text):
        if _STEMS.search(match.group()):
            yield match.span()
    yield from _called(text)


def _called(text: str) -> Iterator[tuple[int, int]]:
    """丽丽: or 建华,你 at the beginning of a line, or behind a word for asking."""
    places = [0, *(match.end() for match in _ASKED.finditer(text))]
    at = text.find("\n")
    while at >= 0:
        places.append(at + 1)
        at = text.find("\n", at + 1)
    for match in filter(None, (_CALLED.match(text, place) for place in places)):
        name = match["name"]
        doubled = name[0] == name[1]
        if name not in w.PAIRS and not _is_word(text, match.start()) and not (doubled and name[0] in w.DOUBLED):
            yield match.span("name")


def _by_label(text: str) -> Iterator[tuple[int, int]]:
    for match in _LABEL.finditer(text):
        at, sure = match.end(), bool(match["sep"])
        end = read_name(text, at, sure=sure, told=True)
        if end and (sure or end - at > 2 or _follows(text, end)):
            yield at, end
            if text[end : end + 1] and text[end] in "、,/和 ":
                last = read_name(text, end + 1, sure=sure, told=True)
                if last and (sure or _follows(text, last)):
                    yield end + 1, last
            continue
        token = _TOKEN.match(text, at)
        if (
            ":" in match["sep"]
            and token
            and ("名" in match.group() or token.group()[0] in w.SURNAMES)
            and not _is_word(text, at)
            and token.group() not in w.NONE
            and token.group()[0] not in "未不无没已"
        ):
            yield at, token.end()
        elif not sure or " " in match["sep"]:
            yield from _given_only(text, match)


def _given_only(text: str, match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """叫豆豆, 孙子小宇, 老公叫志远: without a surname."""
    if not _GIVEN_ONLY.search(match.group().rstrip()):
        return
    at = match.end()
    if text[at : at + 1] in ("叫", "是"):
        at += 1
    name = text[at : at + 2]
    if len(name) < 2 or not _follows(text, at + 2):
        return
    doubled = name[0] == name[1] and name[0] not in w.DOUBLED and "\u4e00" <= name[0] <= "\u9fff"
    small = name[0] in "小阿" and name[1] in _NAME_CHARACTERS and name not in w.NO_NICK
    called = "叫" in text[match.start() : at] and all(c in w.GIVEN for c in name) and name not in w.PAIRS
    if doubled or small or called:
        yield at, at + 2


def _by_title(text: str) -> Iterator[tuple[int, int]]:
    for match in _TITLE.finditer(text):
        at, title = match.start(), match.group()
        if text[match.end() : match.end() + 1] and text[match.end()] in w.NOT_AFTER.get(title, ""):
            continue
        start = _surname_before(text, at, alone=title not in _FULL_ONLY)
        if start is not None:
            yield start, at


def _surname_before(text: str, at: int, *, alone: bool) -> int | None:
    # Longest first: 欧阳晓雨医生, 王小明医生, 王明医生, 欧阳医生, 王医生.
    for length in (4, 3, 2):
        start = at - length
        if start < 0:
            continue
        if read_name(text, start, sure=False) == at and (length > 2 or text[at - 1] in w.STRONG_GIVEN):
            before = text[start - 1 : start]
            if before not in w.NO_SURNAME_AFTER.get(text[start], "") or not before:
                return start
    if not alone:
        return None
    if text[max(0, at - 2) : at] in w.COMPOUND:
        return at - 2
    if at == 0 or text[at - 1] not in w.SURNAMES:
        return None
    before = text[at - 2 : at - 1] if at >= 2 else ""
    if before and before in w.NO_SURNAME_AFTER.get(text[at - 1], ""):
        return None
    return None if _is_word(text, at - 1) and text[at - 1 : at + 1] in _no_names() else at - 1


def _by_kin(text: str) -> Iterator[tuple[int, int]]:
    for match in _KIN.finditer(text):
        at = match.start()
        name = text[max(0, at - 2) : at]
        if len(name) < 2:
            continue
        before = text[at - 3 : at - 2] if at >= 3 else ""
        edge = not before or not "\u4e00" <= before <= "\u9fff"
        if name[0] == name[1]:
            if "\u4e00" <= name[0] <= "\u9fff" and name[0] not in w.DOUBLED:
                yield at - 2, at
        elif (name[0] in "小阿" and name[1] in _NAME_CHARACTERS and name not in _NO_NICK_OF_A_MOTHER) or (
            edge
            and all(c in w.GIVEN for c in name)
            and name not in w.PAIRS
            and match.group() in ("妈妈", "爸爸", "家长", "奶奶", "爷爷", "妈咪")
        ):
            yield at - 2, at
        else:
            start = _surname_before(text, at, alone=False)
            if start is not None:
                yield start, at


def _nicknames(text: str) -> Iterator[tuple[int, int]]:
    for match in _NICKS.finditer(text):
        if match.group() in w.NO_NICK or match["name"] not in (
            w.SURNAMES if match["nick"] == "老" else _NICK_CHARACTERS
        ):
            continue
        before = text[match.start() - 1 : match.start()]
        if before and before in w.SURNAMES:
            continue
        if before and before in "大从衰养变最古多越缩减较很更人太微狭细窄过较":
            continue
        if _is_word(text, match.start("name")) and text[match.start("name") : match.end() + 1] in _no_names():
            continue
        if _follows(text, match.end()):
            yield match.start("name"), match.end("name")


def _alone(text: str) -> Iterator[tuple[int, int]]:
    for match in _BARE.finditer(text):
        at = match.start()
        if text[at] not in w.SURNAMES and text[at : at + 2] not in w.COMPOUND:
            continue
        header = at + 3 if _HEADER.match(text, at + 3) else at + 2 if _HEADER.match(text, at + 2) else 0
        end = read_name(text, at, sure=False, told=bool(header))
        if not end:
            continue
        if end == header:
            yield at, end
            continue
        if end - at == 2 and text[end - 1] not in w.STRONG_GIVEN:
            continue
        # One unusual character is let pass in a label; here both must be characters of names.
        if end - at > 2 and (text[end - 1] == "人" or not any(c in w.GIVEN for c in text[end - 2 : end])):
            continue
        if _follows(text, end):
            yield at, end
