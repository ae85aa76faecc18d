"""What to do about a message: its intent, and the tools to call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from kangban.agent.offline.reports import ABNORMAL, ABOUT_REPORTS, WHICH_PAGE
from kangban.clinical.utterance import Measure, Utterance
from kangban.kernel.patterns import lazy_pattern
from kangban.perception.language.read import read
from kangban.ports.chat_model import ChatMessage

Intent = Literal["box", "medicine", "symptom", "report", "diet", "record", "reports", "remember", "calculate", "knowledge", "greeting",
                 "thanks", "identity", "out_of_scope", "empty"]  # fmt: skip

_GREETING = lazy_pattern(
    r"^(?:你好|您好|嗨|哈喽|早上好|中午好|下午好|晚上好|早安|晚安|在吗|在不在|hi|hello|hey|good (?:morning|evening|afternoon))[\s,，。!！~～啊呀哦]*$"
)
_THANKS = lazy_pattern(
    r"^(?:好的|好|嗯+|ok|okay|行|知道了|明白了?|收到)?[\s,，。]*(?:谢谢|多谢|感谢|谢了|辛苦了|thanks?(?: you)?|thx|cheers)|^(?:好的|好|嗯+|ok|okay|行|知道了|明白了?|收到|再见|拜拜|bye)[\s,，。!！~～]*$"
)
_IDENTITY = lazy_pattern(
    r"你(?:是谁|叫什么|是什么|能做什么|会什么|有什么功能|是不是(?:医生|机器人|人工智能|ai)|是(?:医生|真人|机器人|ai)吗)|who are you|what (?:can you do|are you)|are you (?:a )?(?:doctor|human|robot|ai|real)"
)
_RECORD = lazy_pattern(
    r"(?:我|他|她|爸|妈|奶奶|爷爷|孩子)?的?(?:档案|健康记录|记录里|病历|用药清单|药单)|(?:在吃|吃着|正在用|吃的是|都吃)(?:什么|哪些|啥)药|有(?:什么|哪些)过敏|对什么过敏|(?:上次|最近|最新)(?:一次)?的?(?:血压|血糖|体重|化验|检查|inr|肌酐|egfr)(?:是)?(?:多少|怎么样)|what(?:'s| is) on (?:my|his|her|the) record|which medicines? (?:am|is|are)|what (?:medicines?|allergies)"
)
_REMEMBER = lazy_pattern(
    r"^(?:请|麻烦)?(?:帮我|给我|替我)?(?:记一下|记下|记录一下|记录|登记|添加|加到档案|存一下)|(?:记到|写进|加进|存到)(?:档案|记录)|记一下[吧。！!]*$|记下来[吧。！!]*$|please (?:record|note|save|add)|^(?:record|note down|save)\b"
)
_CALCULATE = lazy_pattern(
    r"(?<![a-z])bmi(?![a-z])|体重指数|算(?:一下)?.{0,6}(?:bmi|egfr|肾小球)|体表面积|body mass index"
)
_HEIGHT = lazy_pattern(
    r"(?:身高|height)\s*(?:是|为|of|is)?\s*(?P<only>1\d{2}|[5-9]\d)(?!\d)|(?P<cm>1\d{2}|[5-9]\d)\s*(?:cm|厘米|公分)|(?P<m>1[.米]\d{1,2})\s*(?:m|米)?"
)
_CREATININE = lazy_pattern(r"(?:肌酐|creatinine|scr)\s*(?:[:：]|是|为|of|is)*\s*(?P<v>\d{2,4}(?:\.\d+)?)")
_EAT = lazy_pattern(
    r"能(?:不能)?(?:吃|喝|用)|可(?:不)?可以(?:吃|喝|用)|可以.{0,8}(?:吗|么)|能.{0,6}(?:吗|么|不)|要不要(?:吃|喝)|忌口|can .{0,30}(?:eat|drink|have|take)|is it (?:ok|safe|okay)|may .{0,20}(?:eat|drink|take)|should .{0,20}(?:eat|avoid)"
)
_AT_HOME = lazy_pattern(
    r"家里|家中|药箱|手头|手边|柜子里|抽屉里|备着|备了|(?:what|which|anything) (?:of what )?we have|we(?:'ve| have)? (?:got |have )?at home|at home|in (?:the|our|my) (?:cabinet|box|house)|medicine (?:box|cabinet)"
)
_WHICH = lazy_pattern(
    r"哪(?:个|种|些|一|样|款)|(?:吃|用|喝|服)(?:点|些)?(?:什么|啥|哪)|(?:什么|啥)药?.{0,6}(?:能|可以|该)(?:吃|用|喝)|(?:什么|啥)药|\b(?:which|what)\b.{0,60}\b(?:take|give|use|have|safe|ok)\b|\banything\b.{0,40}\b(?:take|give|use|for)\b"
)
_ABOUT = lazy_pattern(
    r"治什么|干什么用|什么作用|副作用|怎么吃|怎么用|用法|什么药|what is .{0,20} for|side effects?|how to (?:take|use)"
)
_HOW_MUCH = lazy_pattern(r"多少|几[?？]?$|高吗|低吗|高不高|正常吗|怎么样|what (?:is|was)|how (?:is|was|much|high)")
_BODY_SIZE = frozenset({"height", "weight", "bmi"})
_HEALTH = lazy_pattern(
    r"病|症|医|药|痛|疼|炎|癌|血|尿|便|胎|孕|奶|疫苗|体检|检查|化验|手术|血压|血糖|胆固醇|肝|肾|胃|肺|心|脑|眼|耳|鼻|牙|皮肤|骨|睡|吐|泻|咳|烧|痒|肿|麻|晕|累|营养|饮食|减肥|锻炼|运动|月经|避孕|过敏|维生素|补|养生|保健|health|disease|medicine|drug|pain|doctor|symptom|vaccine|blood|diet|sleep|pregnan|baby|fever|cough|treat|vitamin|exercise"
)


class Call(msgspec.Struct, frozen=True):
    """One tool to call."""

    name: str
    arguments: dict[str, Any]


class Plan(msgspec.Struct, frozen=True):
    """Intents (the first leads), calls, and the utterance they rest on."""

    intents: tuple[Intent, ...]
    calls: tuple[Call, ...]
    text: str
    said: Utterance
    about: bool = False  # asks what a medicine is for or how it works


def whole_question(messages: Sequence[ChatMessage]) -> str:
    """The newest user text; when it only answers a question we asked, joined to what was asked before.

    "16公斤" after "豆豆有多重？" is part of the earlier question, not a new one.
    """
    texts = [m for m in messages if m.role in ("user", "assistant") and m.content]
    if not texts or texts[-1].role != "user":
        return ""
    newest = texts[-1].content
    if len(texts) > 1 and len(newest) < 20 and WHICH_PAGE.search(newest.lower()):
        before = [m.content for m in texts[:-1] if m.role == "user"]
        return f"{before[-1]}，{newest}" if before else newest
    if len(texts) < 3 or texts[-2].role != "assistant" or not _asked(texts[-2].content) or not _is_reply(newest):
        return newest
    return f"{whole_question(texts[:-2])}，{newest}"


def _asked(content: str) -> bool:
    return content.rstrip().endswith(("？", "?"))


def _is_reply(text: str) -> bool:
    if len(text) > 60 or text.rstrip().endswith(("？", "?", "吗", "呢")):
        return False
    said = read(text)
    new_matter = [d for d in said.drugs if d.match != "misspelt"] or said.present() or said.foods
    short_name = len(text) <= 10 and len(said.drugs) == 1
    return not new_matter or short_name


def make_plan(text: str) -> Plan:
    """Plan by rule. Never raises for any text."""
    said = read(text)
    lowered = text.lower().strip()
    if not lowered:
        return Plan(("empty",), (), text, said)
    for intent, pattern in (("greeting", _GREETING), ("thanks", _THANKS), ("identity", _IDENTITY)):
        small = pattern.search(lowered) and not (said.drugs or said.present() or said.measures)
        if small and len(lowered) < 40:
            return Plan((intent,), (), text, said)  # pyright: ignore[reportArgumentType]
    intents, calls = _matters(text, lowered, said)
    if not intents:
        in_scope = _HEALTH.search(lowered) is not None or said.conditions or said.foods or said.analytes
        if not in_scope:
            return Plan(("out_of_scope",), (), text, said)
        intents.append("knowledge")
    if intents[0] in ("knowledge", "symptom", "report", "diet", "medicine", "box"):
        calls.append(Call("search_knowledge", {"query": text[:400], "top": 3}))
    return Plan(tuple(intents), tuple(calls), text, said, about=_ABOUT.search(lowered) is not None)


def _matters(text: str, lowered: str, said: Utterance) -> tuple[list[Intent], list[Call]]:
    intents: list[Intent] = []
    calls: list[Call] = []
    if _REMEMBER.search(lowered):
        found = _remember(said)
        if found:
            return ["remember"], found
    values = [m for m in said.measures if m.code.startswith("lab:") and m.code[4:] not in _BODY_SIZE]
    asks_value = said.analytes and not said.measures and _HOW_MUCH.search(lowered)
    asks_record = _RECORD.search(lowered) is not None or asks_value
    one = said.analytes[0] if said.analytes else ""
    other_matters = values or said.present() or (said.drugs and _EAT.search(lowered))
    if ABOUT_REPORTS.search(lowered) and not other_matters:
        arguments: dict[str, Any] = {"name": one} if one else {}
        if ABNORMAL.search(lowered):
            arguments["only_abnormal"] = True
        return ["reports"], [Call("read_report", arguments)]
    if asks_value and not _RECORD.search(lowered):
        return ["reports"], [Call("read_report", {"name": one}), Call("look_up_record", {})]
    if asks_record and not (said.drugs and _EAT.search(lowered)):
        return ["record"], [Call("look_up_record", {})]
    if _CALCULATE.search(lowered):
        found = _calculation(lowered, said)
        if found:
            return ["calculate"], found
    medicines = _medicines(said)
    if said.present() and _AT_HOME.search(lowered) and _WHICH.search(lowered):
        intents.append("box")
        calls += [Call("look_up_record", {}), Call("advise_from_box", _box(text, medicines))]
    elif medicines:
        intents.append("medicine")
        taking = [m for m in medicines if m.pop("taking", False)]
        asked = [m for m in medicines if m not in taking] or taking
        arguments = {"medicines": asked}
        if taking and asked is not taking:
            arguments["also_taking"] = taking
        calls += [Call("look_up_record", {}), Call("check_medication", arguments)]
    for value in values[:8]:
        calls.append(Call("judge_lab_value", {"name": value.code[4:], "value": value.value, "unit": value.unit}))
    if values:
        intents.append("report")
    foods = list(said.foods)
    if foods and (_EAT.search(lowered) or not said.present()):
        intents.append("diet")
        calls.append(Call("check_food", {"foods": foods[:10]}))
    vitals = [m for m in said.measures if m.code in ("temp", "sbp", "dbp", "hr", "spo2", "rr", "glucose")]
    if (said.present() or vitals) and not said.general:
        # A medicine question with a complaint is still led by the medicine.
        intents.append("symptom")
        calls.append(Call("triage", {"text": text[:4000]}))
    return intents, calls


def _medicines(said: Utterance) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for drug in said.drugs:
        if drug.match == "misspelt":
            found.setdefault(drug.text, {"name": drug.text})
            continue
        one: dict[str, Any] = {"name": drug.text}
        if drug.dose:
            one["dose"] = drug.dose
        if drug.per_day:
            one["per_day"] = drug.per_day
        if drug.taking:
            one["taking"] = True
        found.setdefault(drug.named_id, one)
        if drug.dose and "dose" not in found[drug.named_id]:
            found[drug.named_id] |= one
    for name in said.unknown_names:
        found.setdefault(name, {"name": name})
    return list(found.values())[:40]


def _box(text: str, medicines: list[dict[str, Any]]) -> dict[str, Any]:
    taking = [m for m in medicines if m.pop("taking", False)]
    arguments: dict[str, Any] = {"complaint": text[:4000]}
    if named := [m["name"] for m in medicines if m not in taking]:
        arguments["also_at_home"] = named
    if taking:
        arguments["also_taking"] = taking
    return arguments


def _remember(said: Utterance) -> list[Call]:
    values: dict[str, Measure] = {}
    for one in said.measures:
        code = {"weight_kg": "weight"}.get(one.code, one.code.removeprefix("lab:"))
        if code != "age_years":
            values.setdefault(code, one)
    calls = [
        Call("add_to_record", {"kind": "observation", "name": code, "value": one.value, "unit": one.unit})
        for code, one in values.items()
    ]
    calls += [Call("add_to_record", {"kind": "allergy", "name": name}) for name in said.allergies]
    if not said.allergies:
        for drug in said.drugs:
            arguments: dict[str, Any] = {"kind": "medicine", "name": drug.name}
            if drug.dose:
                arguments["dose"] = drug.dose
            if drug.per_day:
                arguments["per_day"] = drug.per_day
            calls.append(Call("add_to_record", arguments))
    calls += [Call("add_to_record", {"kind": "condition", "name": c}) for c in said.conditions]
    return calls[:10]


def _calculation(lowered: str, said: Utterance) -> list[Call]:
    height = _HEIGHT.search(lowered)
    if height is not None and (
        "bmi" in lowered or "体重指数" in lowered or "body mass" in lowered or "体表" in lowered
    ):
        metres = (height["m"] or "").replace("米", ".")
        whole = height["only"] or height["cm"]
        centimetres = float(whole) if whole else float(metres.ljust(4, "0")) * 100
        what = "body_surface_area" if "体表" in lowered else "bmi"
        arguments: dict[str, Any] = {"what": what, "height_cm": centimetres}
        if said.weight_kg is not None:
            arguments["weight_kg"] = said.weight_kg
        return [Call("calculate", arguments)]
    creatinine = _CREATININE.search(lowered)
    if creatinine is not None:
        return [Call("calculate", {"what": "egfr", "creatinine_umol_l": float(creatinine["v"])})]
    return []
