"""When two names of people are one: scripts, spaces and masks aside, and never by guessing."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import permutations
from typing import Final, Literal

from pypinyin import lazy_pinyin

Fit = Literal["same", "masked", "sounds", "differs"]
_ORDER: Final[tuple[Fit, ...]] = ("same", "sounds", "masked", "differs")

# Letters of names, traditional then simplified. Letters not listed here make two names differ, and that is asked.
_PAIRS: Final = (
    "張张陳陈劉刘楊杨趙赵黃黄吳吴孫孙馬马許许鄧邓馮冯蕭萧葉叶蘇苏呂吕蔣蒋閻阎賈贾鐘钟鍾钟盧卢陸陆譚谭鄒邹韓韩鄭郑謝谢羅罗歐欧龍龙湯汤溫温嚴严莊庄聶聂齊齐龔龚顧顾賴赖駱骆範范錢钱賀贺華华鄔邬鄺邝畢毕費费單单喬乔靜静麗丽國国偉伟"
    "強强軍军傑杰艷艳紅红蘭兰鳳凤飛飞雲云慶庆榮荣衛卫東东陽阳寶宝貴贵興兴發发樂乐學学書书達达遠远運运連连進进義义禮礼億亿儀仪倫伦側侧優优愛爱憶忆懷怀戰战揚扬擁拥昇升時时曉晓曄晔暉晖業业極极標标橋桥權权歡欢歲岁歷历氣气漢汉潔洁"
    "澤泽濤涛灝灏瀾澜爾尔獻献瑋玮瑩莹環环瓊琼璽玺電电畫画異异監监盤盘碩硕確确禎祯穎颖積积穩稳競竞筆笔紀纪純纯紋纹納纳細细紹绍終终綺绮維维綠绿緣缘緒绪線线練练縣县總总繼继續续纖纤羨羡習习聖圣聞闻聰聪聲声聯联職职肅肃脈脉膽胆臨临"
    "舉举艦舰藝艺薈荟薔蔷蓮莲蔭荫蕓芸蘆芦藍蓝藥药蘊蕴處处號号蟬蝉術术裡里補补製制覺觉覽览觀观計计訓训記记詠咏詩诗話话誠诚語语說说誼谊調调論论諾诺謙谦講讲謹谨證证識识譯译議议護护讓让讚赞貝贝貞贞財财責责賢贤贊赞輝辉輕轻輪轮轉转"
    "農农選选遼辽還还邊边鄉乡鄰邻釗钊鈞钧鈴铃鉑铂銀银銘铭鋒锋鋼钢錄录錦锦鍵键鎧铠鎮镇鏡镜鐵铁鑄铸鑒鉴長长門门開开閃闪間间閏闰閔闵陰阴陣阵隊队階阶際际隨随險险隱隐雋隽雙双離离難难霧雾靈灵韋韦韻韵頁页項项順顺須须頌颂預预領领頭头"
    "頻频顏颜願愿類类顯显風风飄飘養养餘余駿骏騰腾驍骁驚惊驗验體体髮发魯鲁鮮鲜鳴鸣鴻鸿鵬鹏鶴鹤鷗鸥麥麦黨党齡龄龐庞婭娅婦妇嬌娇孌娈寧宁實实審审寫写寬宽尋寻對对導导將将專专屆届層层嶺岭峽峡嵐岚巖岩帥帅師师帶带幣币幹干庫库廣广廠厂"
    "應应彥彦彎弯從从復复徵征恆恒悅悦憲宪戀恋戲戏戶户換换摯挚擇择據据擊击攝摄敵敌數数斷断於于會会條条來来個个們们倉仓價价儲储兒儿內内兩两冊册凱凯別别則则剛刚創创劍剑劃划動动務务勁劲勝胜勞劳勳勋勵励區区協协參参啟启員员問问喚唤"
    "園园圍围圖图團团執执堅坚報报場场塊块墾垦壇坛壯壮壽寿夢梦夾夹奧奥奪夺奮奋妝妆姍姗嫻娴莖茎萬万薩萨闊阔闖闯醫医鈺钰鉅巨銓铨銳锐鎔镕鏵铧鐸铎鑰钥闕阙隴陇韜韬駒驹駟驷騏骐騫骞驤骧鯤鲲鵑鹃鵝鹅黽黾"
)  # fmt: skip
_SIMPLER: Final = {ord(_PAIRS[n]): _PAIRS[n + 1] for n in range(0, len(_PAIRS), 2)}
_MASKS: Final = "*＊×✕✖xX某○〇●▲△■□_？?"
_BEHIND: Final = re.compile(
    r"(?:先生|女士|小姐|同志|小朋友|患者|病人|[(（\[【].*?[)）\]】])+$"
    r"|^(?:姓名|患者|病人|name|patient|mr|mrs|ms|miss)[.:：\s]+",
    re.I,
)
_SEPARATORS: Final = re.compile(r"[\s·•・.,，、'’\-—_/]+")


def folded(name: str) -> str:
    """A name without spaces, titles and brackets, in simplified letters and small ones."""
    text = _BEHIND.sub("", unicodedata.normalize("NFKC", name).strip())
    return _SEPARATORS.sub("", text).translate(_SIMPLER).casefold()


def fit(printed: str, known: str) -> Fit:
    """How a printed name fits a known one; the marks of a masked name stand for letters nobody sees."""
    one, other = folded(printed), folded(known)
    if not one or not other:
        return "differs"
    if one == other:
        return "same"
    if _is_han(other) and any(c in _MASKS for c in printed) and _fits_mask(printed, other):
        return "masked"
    if _is_latin(printed) != _is_latin(known):
        latin, han = (printed, known) if _is_latin(printed) else (known, printed)
        return "sounds" if _is_han(folded(han)) and _sounds_like(latin, folded(han)) else "differs"
    if _is_latin(printed) and set(_words(printed)) == set(_words(known)) and len(_words(known)) > 1:
        return "same"
    return "differs"


def better(first: Fit, second: Fit) -> Fit:
    """The better of two."""
    return first if rank(first) <= rank(second) else second


def rank(one: Fit) -> int:
    """0 is the best."""
    return _ORDER.index(one)


def _is_han(text: str) -> bool:
    return bool(text) and all("\u3400" <= c <= "\u9fff" or ord(c) > 0x20000 for c in text)


def _is_latin(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return bool(letters) and all(c.isascii() or "\u00c0" <= c <= "\u024f" for c in letters)


def _fits_mask(printed: str, known: str) -> bool:
    text = _SEPARATORS.sub("", unicodedata.normalize("NFKC", printed).replace("_", "*")).translate(_SIMPLER)
    seen = re.sub(f"[{re.escape(_MASKS)}]", "*", text)
    kept = seen.replace("*", "")
    if not kept or len(known) < 2:
        return False
    # One mark a letter, or a run of marks for as many as there are: hospitals do both.
    parts = [re.escape(part) for part in re.split(r"(\*+)", seen)]
    exact = "".join("." * part.count("*") if "*" in part else part for part in parts)
    loose = "".join(".+" if "*" in part else part for part in parts)
    return re.fullmatch(exact, known) is not None or re.fullmatch(loose, known) is not None


def _words(text: str) -> tuple[str, ...]:
    return tuple(w for w in _SEPARATORS.split(unicodedata.normalize("NFKC", text).casefold()) if w.isalpha())


@lru_cache(maxsize=4096)
def _spoken(han: str) -> tuple[str, ...]:
    return tuple(part.replace("ü", "v").replace("u:", "v") for part in lazy_pinyin(han, v_to_u=False))


def _sounds_like(latin: str, han: str) -> bool:
    """Family name first or last, given names together or apart."""
    said = "".join(_words(latin)).replace("ü", "v")
    parts = _spoken(han)
    if len(parts) > 4:
        return False
    orders = {"".join(parts), "".join((*parts[1:], *parts[:1])), "".join((*parts[2:], *parts[:2]))}
    if len(parts) <= 2:
        orders |= {"".join(order) for order in permutations(parts)}
    return said in orders
