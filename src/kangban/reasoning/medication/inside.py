"""Known names inside a longer wording: 爸爸吃的降压药氨氯地平, 阿莫西林克拉维酸钾片."""

from __future__ import annotations

from kangban.kernel.patterns import lazy_pattern
from kangban.rules.catalogue import Catalogue, Named
from kangban.rules.names import fold

# What may stand around a name without changing what is meant. Anything else may be another product.
_AROUND = lazy_pattern(
    r"(?:老?爸爸?|老?妈妈?|爹|娘|奶奶|爷爷|姥姥|姥爷|外婆|外公|老头子?|老太太|老爷子|老人家?|老伴|孩子|娃娃?|小孩|宝宝|宝贝|[大二小]宝|儿子|女儿|闺女|弟弟|妹妹|哥哥|姐姐"
    r"|老公|老婆|先生|太太|我们?|他|她|咱|家里?|医生|大夫|医院|药店|平时|每天|每晚|早上|晚上|睡前|饭后|饭前|现在|正在|一直|长期|昨天|今天|上次|之前|刚"
    r"|(?:治|降|控制)?(?:降?血?压|降?血?脂|降?血?糖|高血压|糖尿病|高血脂|痛风|心脏|感冒|止痛|退烧|退热|消炎|止咳|化痰|止泻|过敏|抗过敏|安眠|睡觉|胃|紧急避孕|避孕)(?=的|药|用|片)"
    r"|紧急|小剂量|低剂量|大剂量|眼药水|给|那|这"
    r"|吃|服用|服|用|喝|打|开|买|有|在|着|了|过|的|那个|这个|那种|这种|一种|叫|叫做|就是|是|药|盒|瓶|板|种|名|牌|进口|国产|还剩|剩下|半"
    r"|片剂|片|胶囊|颗粒|分散|缓释|肠溶|口服液|干混悬剂|混悬液|注射液|滴眼液|钠|钾|钙|盐酸|硫酸|马来酸|酒石酸|苯磺酸|和|复合|与|\d+(?:\.\d+)?(?:mg|g|ml|毫克|克|毫升)?"
    r"|my|the|some|his|her|(?:mum|mom|dad|mother|father|grandma|grandpa|wife|husband|baby|kid|son|daughter)s?"
    r"|takes?|taking|called|lowdose|generic|brand"
    r"|tablets?|capsules?|and)*"
)


def find_inside(name: str, names: Catalogue) -> Named | None:
    """The one thing a wording names, or the compound of ingredients it is made of; None when it is neither.

    Every character must be a known name, a class word beside it (降压药), or a word that changes nothing.
    """
    # A name of two characters is looked for only where longer ones explain nothing.
    return _inside(fold(name), names, 3) or _inside(fold(name), names, 2)


def _inside(text: str, names: Catalogue, shortest: int) -> Named | None:
    found: list[Named] = []
    rest: list[str] = []
    at = start = 0
    while at < len(text):
        length = next(
            (n for n in range(min(24, len(text) - at), shortest - 1, -1) if _known(text[at : at + n], names)), 0
        )
        if not length:
            at += 1
            continue
        rest.append(text[start:at])
        found.append(names.by_name[text[at : at + length]])
        at = start = at + length
    rest.append(text[start:])
    if not all(_AROUND.fullmatch(part) for part in rest):
        return None
    things = list({n.id: n for n in found if n.kind != "class"}.values())
    if len(things) == 1:
        return things[0]
    if len(things) > 1 and all(n.kind == "ingredient" for n in things) and not any(rest[1:-1]):
        return Named(
            "+".join(n.id for n in things), "product", text, "", tuple(c for n in things for c in n.contents), "unknown"
        )
    return None


def _known(part: str, names: Catalogue) -> bool:
    return part in names.by_name and (len(part) > 2 or not part.isascii())
