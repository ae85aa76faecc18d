"""Layouts hospitals print in, as HTML and CSS; every cell says which row it belongs to, so that places are known."""

from __future__ import annotations

import html
import random
from typing import Literal

import msgspec

from kangban_evals.reports.truth import TrueReport, TrueRow

Column = Literal["no", "code", "name", "value", "flag", "unit", "range", "method"]
FlagStyle = Literal["arrow", "letter", "star", "word", "glued_arrow", "glued_letter", "none"]
UnitStyle = Literal["caret", "times", "raised", "star", "sup"]

_USUAL: tuple[Column, ...] = ("name", "value", "flag", "unit", "range")


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """How a sheet looks. Sizes in CSS px (96 to the inch); `across` is how many tables stand side by side.

    `blocks` "flow" cuts one list of rows into columns, "own" gives every panel a table with its heading.
    `first_page` rows stand on page 1 where a sheet goes on without a header; 0 for one page.
    """

    name: str
    columns: tuple[Column, ...] = _USUAL
    across: int = 1
    blocks: Literal["flow", "own"] = "flow"
    ruled: bool = True
    size: tuple[int, int] = (794, 1123)
    first_page: int = 0
    most_rows: int = 24
    text_px: int = 14
    font: Literal["sans", "serif", "other"] = "sans"
    flags: FlagStyle = "arrow"
    units: UnitStyle = "caret"
    lang: Literal["zh", "en"] = "zh"
    joined_code: bool = False
    header: bool = True
    coloured: bool = False


LAYOUTS: tuple[Layout, ...] = (
    Layout(name="ruled"),
    Layout(name="unruled", ruled=False, font="serif", units="times"),
    Layout(name="two_panels", across=2, most_rows=40, text_px=11, units="raised"),
    Layout(name="two_unruled", across=2, most_rows=36, text_px=11, ruled=False, columns=("name", "value", "flag", "range", "unit")),
    Layout(name="three_panels", across=3, most_rows=45, text_px=11, size=(1123, 794), flags="glued_arrow", columns=("name", "value", "unit", "range")),
    Layout(name="with_method", columns=("no", "code", "name", "value", "flag", "unit", "range", "method"), text_px=12),
    Layout(name="numbered", columns=("no", "name", "value", "unit", "flag", "range"), flags="letter", font="serif"),
    Layout(name="code_before", columns=("code", "name", "value", "flag", "unit", "range"), ruled=False, units="star"),
    Layout(name="code_after", columns=("name", "code", "value", "unit", "range", "flag"), flags="star"),
    Layout(name="english", lang="en", columns=("name", "value", "flag", "range", "unit"), flags="letter", ruled=False),
    Layout(name="thermal", size=(302, 760), most_rows=18, text_px=10, ruled=False, flags="glued_arrow", columns=("name", "value", "unit", "range")),
    Layout(name="booklet", blocks="own", most_rows=26, text_px=12, coloured=True, flags="word"),
    Layout(name="landscape", size=(1123, 794), columns=("code", "name", "value", "flag", "range", "unit"), most_rows=22),
    Layout(name="continued", first_page=13, most_rows=30, ruled=False, text_px=15),
    Layout(name="joined_code", joined_code=True, columns=("name", "value", "unit", "range"), flags="glued_letter", coloured=True),
    Layout(name="no_header", header=False, ruled=False, font="other", units="times"),
    Layout(name="raised_units", units="sup", columns=("no", "name", "value", "flag", "range", "unit")),
    Layout(name="english_ruled", lang="en", columns=("code", "name", "value", "unit", "range", "flag"), flags="star", units="times"),
)  # fmt: skip

_HEADS: dict[str, dict[Column, tuple[str, ...]]] = {
    "zh": {
        "no": ("No", "序号", "NO."),
        "code": ("代号", "英文缩写", "项目代号", "缩写"),
        "name": ("项目名称", "检验项目", "项目", "检测项目"),
        "value": ("结果", "检验结果", "测定结果"),
        "flag": ("提示", "标志", ""),
        "unit": ("单位",),
        "range": ("参考值", "参考范围", "参考区间"),
        "method": ("检测方法", "方法"),
    },
    "en": {
        "no": ("No",),
        "code": ("Code",),
        "name": ("Test", "Test Name", "Analyte"),
        "value": ("Result",),
        "flag": ("Flag", ""),
        "unit": ("Units", "Unit"),
        "range": ("Reference Range", "Reference Interval", "Ref. Range"),
        "method": ("Method",),
    },
}
_FONTS = {
    "sans": "'Noto Sans CJK SC', sans-serif",
    "serif": "'AR PL UMing CN', 'Noto Serif CJK SC', serif",
    "other": "'WenQuanYi Zen Hei', 'Noto Sans CJK SC', sans-serif",
}
_METHODS = ("电化学发光法", "酶速率法", "比色法", "免疫比浊法", "离子选择电极法", "仪器法")
_ENGLISH_SPECIMEN = {"全血": "Whole blood", "尿液": "Urine", "血清": "Serum", "血浆": "Plasma", "动脉血": "Arterial blood", "粪便": "Stool"}  # fmt: skip
_ENGLISH_WORDS = {"阴性": "Negative", "阳性": "Positive", "弱阳性": "Weakly positive", "阳性(+)": "Positive (+)"}


def layout_named(name: str) -> Layout:
    """One layout; raises KeyError."""
    return {one.name: one for one in LAYOUTS}[name]


def unit_html(unit: str, style: UnitStyle) -> str:
    """A unit as one printer writes it; only powers of ten differ."""
    if not unit.startswith("10^"):
        return html.escape(unit)
    power, rest = unit[3:].split("/", 1)
    raised = power.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    head = {
        "caret": f"10^{power}",
        "times": f"×10^{power}",
        "raised": f"×10{raised}",
        "star": f"10*{power}",
        "sup": f"×10<sup>{power}</sup>",
    }[style]
    return f"{head}/{html.escape(rest)}"


def _mark(row: TrueRow, style: FlagStyle) -> str:
    if style == "none" or not (row.printed_flag or (style == "star" and row.flag == "abnormal")):
        return ""
    high = row.printed_flag == "high"
    if style in ("arrow", "glued_arrow"):
        return "↑" if high else "↓"
    if style in ("letter", "glued_letter"):
        return "H" if high else "L"
    return "*" if style == "star" else "偏高" if high else "偏低"


def _cell(layout: Layout, column: Column, row: TrueRow, index: int, place: int, rng: random.Random) -> str:
    mark = _mark(row, layout.flags)
    glued = layout.flags.startswith("glued") or "flag" not in layout.columns
    out = layout.coloured and (mark or row.flag == "abnormal")
    if column == "value":
        joined = f"{row.text}{' ' if layout.flags == 'glued_letter' else ''}{mark}" if glued and mark else row.text
        text = f"<b class=out>{html.escape(joined)}</b>" if out else html.escape(joined)
    elif column == "flag":
        text = "" if glued else f"<span class=out>{mark}</span>" if out else mark
    elif column == "unit":
        text = unit_html(row.unit, layout.units)
    elif column == "range":
        text = html.escape(row.range_text).replace("\n", "<br>")
    elif column == "name":
        text = html.escape(f"{row.name}({row.code})" if layout.joined_code else row.name)
    elif column == "code":
        text = html.escape(row.code)
    else:
        text = str(place) if column == "no" else rng.choice(_METHODS)
    return f'<td class={column}><span data-row="{index}" data-cell="{column}">{text}</span></td>'


def _table(layout: Layout, rows: list[tuple[int, TrueRow]], heads: dict[Column, str], headed: bool, rng: random.Random) -> str:  # fmt: skip
    top = "<tr>" + "".join(f"<th class={c}>{heads[c]}</th>" for c in layout.columns) + "</tr>" if headed else ""
    body = "".join(
        "<tr>" + "".join(_cell(layout, c, row, i, place, rng) for c in layout.columns) + "</tr>"
        for place, (i, row) in enumerate(rows, start=1)
    )
    return f"<table>{top}{body}</table>"


def shown_row(row: TrueRow, layout: Layout) -> TrueRow:
    """The row as this layout prints it: English words for results, the code inside the name."""
    if layout.lang == "en":
        row = msgspec.structs.replace(
            row,
            text=_ENGLISH_WORDS.get(row.text, row.text),
            range_text=_ENGLISH_WORDS.get(row.range_text, row.range_text),
        )
    return row


def _top(report: TrueReport, layout: Layout, rng: random.Random) -> str:
    who, number = report.person, rng.randint(10**7, 10**8 - 1)
    when, told = rng.choice((("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M"), ("%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S")))
    times = report.sampled.strftime(when), report.reported.strftime(told)
    specimen, titles = report.panels[0].specimen, " ".join(p.title for p in report.panels)
    if layout.lang == "en":
        specimen = _ENGLISH_SPECIMEN.get(specimen, specimen)
        fields = [f"Name: {who.name}", f"Sex: {'F' if who.sex == 'female' else 'M'}", f"Age: {who.age}",
                  f"Specimen: {specimen}", f"Collected: {times[0]}", f"Reported: {times[1]}"]  # fmt: skip
        title = "Laboratory Report"
    else:
        colon = rng.choice(("：", ":"))
        pairs = [("姓名", who.name), ("性别", "女" if who.sex == "female" else "男"), ("年龄", who.age),
                 ("科室", rng.choice(("内科门诊", "体检中心", "全科医学科"))), ("病历号", str(number)),
                 *([] if layout.blocks == "own" else [("标本种类", specimen)]), ("采样时间", times[0]), ("报告时间", times[1])]  # fmt: skip
        fields = [f"{a}{colon}{b}" for a, b in pairs]
        title = rng.choice(("检验报告单", "检验报告", "检验结果报告单"))
    spans = "".join(f"<span>{html.escape(f)}</span>" for f in fields)
    shown = "" if layout.blocks == "own" else f"<h3>{html.escape(titles)}</h3>"
    return f"<h1>{report.hospital}</h1><h2>{title}</h2><div class=who>{spans}</div>{shown}"


def _css(layout: Layout) -> str:
    wide, tall = layout.size
    lines = "table{border-top:1px solid #333;border-bottom:1px solid #333}th{border-bottom:1px solid #333}"
    if layout.ruled:
        lines = "td,th{border:1px solid #444}"
    pad = 6 if wide < 400 else 44
    return f"""@page{{size:{wide}px {tall}px;margin:0}}*{{box-sizing:border-box}}body{{margin:0}}
.page{{width:{wide}px;height:{tall}px;padding:{pad}px;page-break-after:always;position:relative;overflow:hidden;
background:#fff;font:{layout.text_px}px/1.5 {_FONTS[layout.font]};color:#111}}
h1{{font-size:{layout.text_px + 6}px;text-align:center;margin:0}}h2{{font-size:{layout.text_px + 3}px;text-align:center;margin:2px}}
h3{{font-size:{layout.text_px}px;margin:4px 0}}.who{{display:flex;flex-wrap:wrap;gap:2px 22px;margin:6px 0}}
.side{{display:flex;gap:14px;align-items:flex-start}}.side>div{{flex:1}}table{{width:100%;border-collapse:collapse}}
td,th{{padding:{1 if wide < 400 else 3}px 4px;text-align:left;font-weight:normal;white-space:nowrap}}{lines}
td.name{{white-space:normal}}td.range span,td.value span,td.flag span{{display:inline-block}}
.out{{color:#b3001b}}sup{{font-size:60%;line-height:0}}.foot{{margin-top:10px;display:flex;gap:30px}}
.band{{background:{"#dce9f5" if layout.coloured else "#fff"};padding:3px 6px;margin:10px 0 2px;font-weight:bold}}"""


def _foot(layout: Layout) -> str:
    if layout.lang == "en":
        return "<div class=foot><span>Reviewed by: Lab 3</span><span>Results relate only to the sample tested.</span></div>"  # fmt: skip
    return "<div class=foot><span>检验者：甲</span><span>审核者：乙</span><span>本报告仅对该标本负责</span></div>"


def page_html(report: TrueReport, layout: Layout) -> str:
    """The whole sheet; cells carry data-row (index into `report.rows`) and data-cell."""
    rng = random.Random(f"print {report.seed} {layout.name}")
    heads: dict[Column, str] = {c: rng.choice(words) for c, words in _HEADS[layout.lang].items()}
    rows = list(enumerate(shown_row(r, layout) for r in report.rows))
    if layout.blocks == "own":
        parts, at = list[str](), 0
        for panel in report.panels:
            own = rows[at : at + len(panel.rows)]
            parts.append(f"<div class=band>{panel.title}</div>" + _table(layout, own, heads, layout.header, rng))
            at += len(panel.rows)
        bodies = ["".join(parts)]
    else:
        cuts = [rows[: layout.first_page], rows[layout.first_page :]] if 0 < layout.first_page < len(rows) else [rows]
        bodies = [_columns(layout, cut, heads, layout.header and n == 0, rng) for n, cut in enumerate(cuts)]
    top, foot = _top(report, layout, rng), _foot(layout)
    pages = "".join(
        f"<section class=page>{top if n == 0 else ''}{body}{foot if n == len(bodies) - 1 else ''}</section>"
        for n, body in enumerate(bodies)
    )
    return f"<!doctype html><html lang={layout.lang}><meta charset=utf-8><style>{_css(layout)}</style><body>{pages}"


def _columns(layout: Layout, rows: list[tuple[int, TrueRow]], heads: dict[Column, str], headed: bool, rng: random.Random) -> str:  # fmt: skip
    if layout.across == 1:
        return _table(layout, rows, heads, headed, rng)
    per = -(-len(rows) // layout.across)
    tables = [_table(layout, rows[i : i + per], heads, headed, rng) for i in range(0, len(rows), per)]
    return "<div class=side>" + "".join(f"<div>{t}</div>" for t in tables) + "</div>"
