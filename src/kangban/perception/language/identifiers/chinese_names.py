"""Names of persons in Chinese: by a label, by a title, by kin, or by standing alone like one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kangban.perception.language.identifiers import name_words as w
from kangban.perception.language.identifiers.span import Span
from kangban.rules.catalogue import catalogue

_HAN = r"\u4e00-\u9fff"
_LABELS = (
    "患者姓名|病人姓名|姓[ ]*名|患者|病人|患儿|产妇|孕妇|伤者|老人|紧急联系人|联系人|家属|监护人|法定代理人|代理人|委托人|被保险人|投保人|参保人|收件人|寄件人|寄件|收件|收货人|"
    "陪诊人|陪护人|陪护|陪同|主治医师|主治医生|主管医师|主管医生|经治医师|管床医生|住院医师|报告医师|审核医师|检查医师|书写医师|诊断医师|麻醉医师|送检医师|送检医生|申请医师|申请医生|"
    "开单医生|接诊医生|值班医生|手术医师|医师|医生|主刀|术者|助手|责任护士|值班护士|护士|药师|检验者|审核者|报告者|检验人|审核人|报告人|记录人|记录者|采集者|采样者|接收者|核对者|操作者|"
    "填表人|经办人|申请人|签收人|签名|签字|署名|姓名及电话|本人|我叫|我是|名叫|叫做|名字叫|名字是|名字|叫|我妈妈|我爸爸|我妈|我爸|母亲|父亲|妈妈|爸爸|奶奶|爷爷|外婆|外公|姥姥|姥爷|"
    "岳父|岳母|公公|婆婆|老公|老婆|丈夫|妻子|爱人|老伴|女儿|儿子|孙子|孙女|外孙女|外孙|侄子|侄女|外甥女|外甥|哥哥|姐姐|弟弟|妹妹|同事|朋友|邻居|室友|同学|老师|孩子|宝宝|闺女|我家|"
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
_NOT_AFTER = {
    "总": "是共的之胆蛋量数计结体算前甘脂觉",
    "姐": "妹",
    "哥": "们",
    "叔": "叔",
    "姨": "妈",
    "伯": "氨",
    "女士": "用内",
    "妈": "妈",
    "爸": "爸",
}
_NO_SURNAME_AFTER = {
    "于": "由对关至等位属基处终鉴在", "任": "主责担信现", "单": "简名清床菜订", "方": "双对地处药院配前后", "安": "保治公平晚", "常": "经平日正非",
    "高": "压糖脂偏度酸增升很太较最", "成": "完变达", "白": "蛋", "严": "谨", "时": "有按及", "江": "珠长", "黄": "发", "连": "接", "关": "相有", "包": "红面",
    "金": "基奖现", "路": "马一", "石": "结", "水": "喝", "温": "体", "龙": "恐", "何": "如任为", "万": "千", "车": "火汽", "房": "病药心查", "文": "中英语", "查": "检复抽调核巡要再", "谢": "谢感多",
    "毛": "羊", "古": "蒙", "海": "上", "马": "斑", "程": "课过全疗", "曲": "弯", "季": "四春", "项": "事各", "宁": "安", "管": "血气", "计": "总估",
    "段": "阶", "牛": "蜗", "景": "背", "雷": "地", "贺": "祝", "伍": "队", "尤": "", "吉": "", "谈": "交", "商": "",
}  # fmt: skip
_KIN = re.compile(rf"(?:的)?(?:{'|'.join(sorted(w.KIN, key=len, reverse=True))})")
_NICKS = re.compile(rf"(?P<nick>[小老阿])(?P<name>[{_HAN}])")
_NICK_GIVEN = frozenset("明红刚强华芳丽军伟英兰玲燕梅宇杰涛磊雨雪龙莉娟霞敏静婷娜琴辉斌超峰波勇")
_NO_NICK = frozenset({"小白", "小黄", "小金", "小高", "小方", "小安", "小米", "小康", "小柴", "小麦", "小茅", "小羊", "小单", "小时", "小石", "小毛", "小水", "小江", "老白", "老黄", "老高", "老金", "老方", "老常", "老毛", "老是", "老成", "老红", "小红", "小雪", "小龙", "小雨", "阿米", "阿司", "阿莫", "阿胶", "阿奇", "阿昔", "阿托", "阿卡", "阿苯", "阿尔", "阿仑", "阿维", "阿普", "阿片", "阿柏", "阿达", "阿魏"})  # fmt: skip
_FOLLOW = frozenset(
    "的今昨前最说讲问有在是和跟与能可会要想吃服喝用血体心头腹胸咳发感因于入住这那已也都就又还女男患病同先老医大护对被把去来到不没每需应该做查开打看写签量测痛备得总给让拿现目代自系一两三夜晚早上下刚从您你他她我反主诉"
)
_BREAKS = re.compile(
    r"[开吃做买拿用打查配][的了过]|今[年天晨早晚日]|昨[天日晚]|最近|说|我|他|她|你|您|的|了|是|在|有|和|跟|与|因|于|能|可以|要|想|吃|服|喝|血[压糖脂常小]|体温|心[脏跳慌率电]|头|腹|胸|咳|发[烧热现]|感|入院|住院|这|那|也|都|就|又|还|"
    r"女[,，性 ]|男[,，性 ]|患|病|同志|医|大夫|护|先生|女士|小姐|老师|阿姨|奶奶|爷爷|主任|性别|年[龄纪]|[一二三四五六七八九十]+岁|科[别室]?[:：]|电话|手机|住[址]|因|代|反复|主诉|既往"
)
_ENDS = re.compile(f"{_BREAKS.pattern}|{_TITLES_OF_TWO.pattern}")
_PARTICLE = re.compile("[的了是我他她它你您这那吗呢吧啊也都就又还很没]")
_HEADER = re.compile(r"[,(| ]{0,2}(?:\d{1,3}岁|男|女)[,，)| 性\d]?")
_NONE = frozenset(["未填", "未知", "不详", "保密", "匿名", "本人", "同上", "暂无", "没有", "子女", "父亲", "母亲", "夫妻", "配偶", "父子", "母子", "家属", "儿子", "女儿", "丈夫", "妻子", "性别", "男性", "女性", "年龄", "科室", "科别", "电话", "身份", "签名", "签字", "医生", "医师", "日期", "时间", "编号", "建议", "患者", "病人", "主任", "以上", "如下", "请见", "见上", "已签", "拒签", "代签", "打印", "未签"])  # fmt: skip
_PART = r"(?:(?![的是在有和与了说这那今昨])[\u4e00-\u9fff]){2,8}"
_ETHNIC = re.compile(rf"{_PART}(?:·{_PART}){{1,2}}(?!病|综合征|氏|征|法|定律|评分|量表|结晶|试验|呼吸|分级|乐队)")
_ETHNIC_LEAD = re.compile(r"^(?:患者|病人|患儿|姓名|我是|我叫|名叫|家属|产妇|医生|医师|叫)+")
_FIRST = "".join(sorted(w.SURNAMES | w.RARE | {name[0] for name in w.COMPOUND}))
_BARE = re.compile(rf"(?:(?<![{_HAN}])|(?<=[和跟与给找请带陪让问替帮]))(?=[{_FIRST}][{_HAN}])[{_FIRST}]")
_PAIRS = frozenset(["明天", "春天", "夏天", "秋天", "冬天", "学校", "中学", "大学", "小学", "同学", "家长", "高中", "大家", "全家", "家中", "成年", "宝贝", "朋友", "可爱", "亲爱", "美丽", "年轻", "年老", "文明", "健康", "天天", "同意", "安全", "新生", "永远", "正常", "高龄", "可以", "先生", "医生", "学生", "现在", "日常", "平时", "每天", "青春", "中国", "国家", "世界", "伟大", "幸福", "快乐", "喜欢", "欢喜", "知道", "家里", "外地", "本地"])  # fmt: skip


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
_NICK_CHARACTERS = w.SURNAMES | _NICK_GIVEN
_NO_NICK_OF_A_MOTHER = _NO_NICK - {"小红", "小雪", "小龙", "小雨"}


def read_name(text: str, at: int, *, sure: bool, told: bool = False) -> int:
    """Where a full name that begins here ends, 0 when none does.

    `sure`: a label with a colon or a blank led to it; `told`: a word like 我是 or 女儿 did, then one unusual character
    (从 of 沈从武) is let pass.
    """
    if text[at : at + 2] in w.COMPOUND:
        first = at + 2
    elif text[at : at + 1] in w.SURNAMES or (sure and text[at : at + 1] in w.RARE):
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
        or text[at] in _FOLLOW
        or text.startswith("过敏", at)
        or bool(_TITLE.match(text, at))
    )


def chinese_names(text: str) -> Iterator[Span]:
    """Every name; a title behind it stays outside, so that a sentence still reads."""
    if text.isascii():
        return
    for found in (_by_label(text), _by_title(text), _by_kin(text), _nicknames(text), _alone(text)):
        for start, end in found:
            yield Span(start, end, "NAME")
    if "·" in text:
        for match in _ETHNIC.finditer(text):
            lead = _ETHNIC_LEAD.match(match.group())
            yield Span(match.start() + (lead.end() if lead else 0), match.end(), "NAME")


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
            and token.group() not in _NONE
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
    small = name[0] in "小阿" and name[1] in _NAME_CHARACTERS and name not in _NO_NICK
    called = "叫" in text[match.start() : at] and all(c in w.GIVEN for c in name) and name not in _PAIRS
    if doubled or small or called:
        yield at, at + 2


def _by_title(text: str) -> Iterator[tuple[int, int]]:
    for match in _TITLE.finditer(text):
        at, title = match.start(), match.group()
        if text[match.end() : match.end() + 1] and text[match.end()] in _NOT_AFTER.get(title, ""):
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
            if before not in _NO_SURNAME_AFTER.get(text[start], "") or not before:
                return start
    if not alone:
        return None
    if text[max(0, at - 2) : at] in w.COMPOUND:
        return at - 2
    if at == 0 or text[at - 1] not in w.SURNAMES:
        return None
    before = text[at - 2 : at - 1] if at >= 2 else ""
    if before and before in _NO_SURNAME_AFTER.get(text[at - 1], ""):
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
            and name not in _PAIRS
            and match.group() in ("妈妈", "爸爸", "家长", "奶奶", "爷爷", "妈咪")
        ):
            yield at - 2, at
        else:
            start = _surname_before(text, at, alone=False)
            if start is not None:
                yield start, at


def _nicknames(text: str) -> Iterator[tuple[int, int]]:
    for match in _NICKS.finditer(text):
        if match.group() in _NO_NICK or match["name"] not in (
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
        if end - at > 2 and not any(c in w.GIVEN for c in text[end - 2 : end]):
            continue
        if _follows(text, end):
            yield at, end
