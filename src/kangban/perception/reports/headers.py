"""Header words of laboratory tables: which column is which, also where a reader joined two of them."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import msgspec

from kangban.clinical.page import Box
from kangban.perception.reports.cells import Cell, along, cut
from kangban.perception.reports.lines import Line

Role = Literal[
    "no", "code", "name", "value", "unit", "range", "flag", "method", "earlier", "sampled", "patient", "specimen", "panel"
]  # fmt: skip

_TERMS: dict[Role, str] = {
    "no": "no 序号 编号 序 # no. 行号 num",
    "code": "代号 英文缩写 英文名称 项目缩写 缩写 简称 项目代码 代码 英文 英文简称 英文名 code abbr abbr. abbreviation 英文代号 项目代号 简写 检验代号 lis代码",
    "name": "项目 项目名称 检验项目 检查项目 检测项目 名称 中文名称 项目中文名称 检测内容 指标 分析项目 检验指标 中文名 检验项目名称 检测项目名称 检查项目名称 化验项目 测定项目 "
    "test testname item testitem analyte investigation parameter parameters component examination tests testdescription assay items 指标名称 检验名称 项目名 itemname 检测指标 检查指标",
    "value": "结果 检验结果 检测结果 测定结果 检查结果 测定值 结果值 检测值 本次结果 result results value 数值 测量值 化验结果 实测值 observedvalue 结果数值 testresult values yourresult 本次",
    "earlier": "上次结果 历史结果 前次结果 上次 previous previousresult 既往结果 上次值 last 历史",
    "unit": "单位 计量单位 结果单位 unit units 单 位 uom 测量单位",
    "range": "参考值 参考范围 参考区间 参考值范围 正常值 正常范围 正常参考值 生物参考区间 参考 正常参考范围 正常值范围 参考区间/临界值 参考标准 参考值区间 参考区间范围 "
    "reference referencerange refrange ref.range referenceinterval normalrange biologicalreferenceinterval ref ref. referencevalue refinterval ref.interval referencevalues 参考限 normal",
    "flag": "提示 标志 标识 异常提示 结果提示 状态 高低 升降 异常标志 flag flags status h/l 判断 异常 箭头 结果标志 升降标志 高低提示 判定 abn",
    "method": "方法 检测方法 检验方法 方法学 实验方法 测定方法 仪器 method methodology 测试方法 分析方法 检测仪器",
    "sampled": "日期 检测日期 检验日期 采样日期 采样时间 检查日期 报告日期 date",
    "patient": "姓名 患者姓名 病人姓名 patient patientname",
    "specimen": "标本 标本类型 样本类型 标本种类 样本 specimen sample",
    "panel": "组合 组合名称 检验组合 panel 套餐",
}
_ROLES: dict[str, Role] = {term: role for role, terms in _TERMS.items() for term in terms.split()}
_LONGEST = max(map(len, _ROLES))
_TAIL = re.compile(r"[(（\[].*$")
# Joined header words that would read as one longer term cannot be told apart; only these start a new column surely.
_MAIN: set[Role] = {"name", "value", "unit", "range", "flag", "code", "no", "method", "earlier"}


class Column(msgspec.Struct, frozen=True):
    """A column: its role and where its header stands; `y` is the middle of a header in one line on the same page."""

    role: Role
    x0: float
    x1: float
    y: float | None = None

    @property
    def x(self) -> float:
        """Its middle."""
        return (self.x0 + self.x1) / 2


class Header(msgspec.Struct, frozen=True):
    """A header line's columns, one tuple for each panel side by side."""

    panels: tuple[tuple[Column, ...], ...]
    line: Line

    @property
    def roles(self) -> set[Role]:
        """Every column there is, in any panel."""
        return {column.role for panel in self.panels for column in panel}


@lru_cache(maxsize=4096)
def role_of(text: str) -> Role | None:
    """The column a whole cell heads, or None. Brackets and marks after it are ignored."""
    bare = _TAIL.sub("", text).strip(" :*★").lower().replace(" ", "")
    return _ROLES.get(bare)


@lru_cache(maxsize=4096)
def segmented(text: str) -> tuple[tuple[Role, int, int], ...]:
    """A text made of header words only, as (role, start, end), longest words first; empty where it is not."""
    whole = role_of(text)
    if whole is not None:
        return ((whole, 0, len(text)),)
    if len(text) > 60:
        return ()
    lower, at = text.lower(), 0
    out: list[tuple[Role, int, int]] = []
    while at < len(text):
        if lower[at] in " :/|*":
            at += 1
            continue
        end = next(
            (e for e in range(min(len(text), at + _LONGEST), at, -1) if lower[at:e].replace(" ", "") in _ROLES), 0
        )
        if not end:
            return ()
        out.append((_ROLES[lower[at:end].replace(" ", "")], at, end))
        at = end
    return tuple(out)


def find_header(line: Line) -> Header | None:
    """The line as a table header: a name or code and a result, or three different columns; nothing else on the line."""
    found: list[Column] = []
    strangers = 0
    for cell in line.cells:
        parts = segmented(cell.text)
        if not parts:
            strangers += 1
            if strangers > len(line.cells) // 2:
                return None
        for role, start, end in parts:
            x0, _, x1, _ = _share(cell, start, end) if len(parts) > 1 else cell.at
            found.append(Column(role, x0, x1, cell.middle if cell.in_one_line(line.height) else None))
    roles = {column.role for column in found} & _MAIN
    named = bool(roles & {"name", "code"})
    enough = (named and bool(roles & {"value"}) and len(found) >= 2) or (
        len(roles) >= 3 and bool(roles & {"value", "range"})
    )
    if not enough or strangers > max(0, len(found) // 3):
        return None
    return Header(_panels(found), line)


def _share(cell: Cell, start: int, end: int) -> Box:
    wide = len(cell.text)
    return along(cell.at, start / wide, end / wide, 0)


def _panels(columns: list[Column]) -> tuple[tuple[Column, ...], ...]:
    """A new panel starts where a role comes again; number and code before the name go with it."""
    panels: list[list[Column]] = [[]]
    for column in columns:
        if column.role in {c.role for c in panels[-1]}:
            panels.append([])
        panels[-1].append(column)
    for before, after in pairwise(panels):
        first = panels[0][0].role
        # The second panel starts with the same column as the first: what was taken for the first's tail moves over.
        while len(before) > 1 and after[0].role != first and any(c.role == first for c in before[1:]):
            after.insert(0, before.pop())
    return tuple(tuple(panel) for panel in panels if panel)


def split_joined(cell: Cell) -> list[Cell]:
    """A cell of several header words as one cell for each."""
    parts = segmented(cell.text)
    out: list[Cell] = []
    rest, offset = cell, 0
    for _, start, _ in parts[1:]:
        before, rest = cut(rest, start - offset, certain=True)
        offset = start
        out.append(before)
    return [*out, rest]
