"""What the reports say, in lines: results as printed, how they stand, and on which page."""

from __future__ import annotations

import re
from typing import Any, cast

from kangban.clinical.urgency import Lang
from kangban.kernel.texts import t

Object = dict[str, Any]

# The second part is what a turn is told of a file that was dropped into it, see report.chat in the texts.
ABOUT_REPORTS = re.compile(
    r"(?:报告|化验单|检查单|检验单|体检单|单子).{0,14}(?:哪|什么|咋样|怎么样|多少|正常|异常|不好|问题|写|说|几页|解读|看看|看一下|讲讲)"
    r"|(?:看看|看一下|解读|讲讲|帮我看|读一下).{0,8}(?:报告|化验单|检查单|检验单|体检单)|(?:哪一?|第几)页"
    r"|读到一份.{2,8}，共 \d+ 项|请先到报告页确认是谁的"
    r"|(?:last|latest|newest|my|his|her|the|this) (?:lab(?:oratory)? |blood )?(?:report|results?|test results?)\b"
    r"|which page"
    r"|read a [a-z -]+ with \d+ lines|say on the reports page whose it is"
)
WHICH_PAGE = re.compile(r"(?:哪一?|第几)页|which page")
ABNORMAL = re.compile(
    r"不正常|异常|有问题|什么问题|哪里不好|不好的|偏高|偏低|超标|abnormal|out of range|wrong|too (?:high|low)"
)


def report_lines(found: list[Object], lang: Lang) -> list[str]:
    """Rows of the reports read; a row nobody confirmed says so."""
    outcome: Object = found[0] if found else {"reports": [], "asked": [], "name": "", "only_abnormal": False}
    lines = [_asked(one, lang) for one in cast("list[Object]", outcome["asked"])]
    for one in cast("list[Object]", outcome["reports"]):
        kind = t(f"report.kind.{one['kind']}", lang)
        lines.append(f"## {t('report.of_report', lang, kind=kind, date=one['on'] or '').strip()}")
        lines += [_row(row, lang) for row in one["rows"]]
        if not one["rows"] and outcome["only_abnormal"]:
            lines.append("- " + t("report.abnormal_none", lang, count=one["checked"], open=one["open"]))
        if any(row["state"] == "open" for row in one["rows"]):
            lines.append("- " + t("report.please_confirm", lang))
    if not lines:
        return [t("report.not_there", lang, name=outcome["name"]) if outcome["name"] else t("report.none", lang)]
    return lines


def has_rows(found: list[Object]) -> bool:
    """Whether a report holds what was asked for."""
    return any(one["rows"] for outcome in found for one in outcome["reports"])


def _asked(one: Object, lang: Lang) -> str:
    kind = t(f"report.kind.{one['kind']}", lang)
    return t("report.chat.whose", lang, kind=kind, differs=one["differs"], name=one["whose"])


def _row(row: Object, lang: Lang) -> str:
    value = f"{row['result']} {row['unit']}".strip()
    mark = t("report.unconfirmed", lang) if row["state"] == "open" else ""
    where = t("report.where", lang, page=row["page"])
    if row["flag"] == "unknown" or not row["sure"]:
        said = t("report.line_unknown", lang, name=row["name"], value=value, mark=mark)
    else:
        flag = t(f"flag.{row['flag']}", lang)
        said = t("report.line", lang, name=row["name"], value=value, mark=mark, flag=flag)
    asked = f"{t('report.range', lang)} {row['range']}，" if row["range"] and lang == "zh" else ""
    asked = f"{t('report.range', lang)} {row['range']}, " if row["range"] and lang == "en" else asked
    return f"- {said}（{asked}{where}）" if lang == "zh" else f"- {said} ({asked}{where})"
