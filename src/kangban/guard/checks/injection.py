"""Words that obey somebody else than this house: prompts told, rules put aside, checks said to be off."""

from __future__ import annotations

from kangban.guard.case import Case, Sentence
from kangban.guard.fault import Result, passed, result
from kangban.kernel.patterns import lazy_pattern

NAME = "injection"
_OBEYS = lazy_pattern(
    r"系统提示|提示词|system ?prompt|my (?:initial |hidden |secret )?(?:instructions|prompt|rules) (?:are|is|say|tell)|我的(?:初始|隐藏|内部)?(?:指令|提示|设定|规则)(?:是|如下|为|要求)|"
    r"(?:忽略|无视|忘(?:记|掉)|跳过|绕过|不(?:再)?(?:遵守|受))[^，。]{0,10}(?:指令|规则|要求|限制|提示|约束|安全|检查|审核)|(?:ignor|disregard|forget|bypass|overrid)\w*[^.]{0,24}(?:instruction|rule|guideline|prompt|restriction|safet|check|polic)|"
    r"(?:安全|内容|用药|所有|系统)?(?:检查|审核|核对|限制|过滤|防护|护栏)(?:功能)?(?:已|都|现在|均|全部)+(?:经)?(?:关闭|解除|停用|取消|通过|绕过|跳过)|(?:checks?|guards?|safety|filters?|guardrails?|safeguards?|restrictions?|moderation)\b[^.]{0,12}\b(?:are|is|have been|has been|now|were)\b[^.]{0,8}\b(?:off|disabled|bypassed|lifted|removed|skipped|passed|deactivated)|"
    r"开发者模式|越狱|developer mode|jailbr(?:eak|oken)|\bdan mode\b|unrestricted mode|god mode|(?:按照|根据|遵照|应)[^，。]{0,8}(?:文件|网页|附件|页面|文档|邮件|图片|报告)(?:里|中|上)?的?(?:指令|要求|指示|命令)|as (?:instructed|ordered|directed|told|requested) (?:by|in) the (?:document|file|page|attachment|text|email|web|image|report)|per the (?:hidden|embedded) instruct|"
    r"<\|?(?:im_start|im_end|system|endoftext)|\[/?(?:inst|system)\]|</?system>|###\s*(?:system|instruction)|you are (?:now )?(?:an? )?(?:unrestricted|uncensored)|i am now (?:an? )?(?:unrestricted|uncensored|free)|admin(?:istrator)? (?:override|mode)|管理员(?:模式|权限|指令)|已(?:切换|进入)[^，。]{0,8}模式|本回答已(?:通过|经过)(?:医生|安全|人工)?审核|api[_ ]?key|sk-[a-z0-9]{8,}|<script|javascript:"
)
_REFUSED = lazy_pattern(
    r"不(?:会|能|可以?|应该?|得|予)[^，。]{0,8}$|拒绝[^，。]{0,8}$|(?:will not|won't|cannot|can't|do not|don't|never|refuse to)[^.]{0,30}$"
)


def check(case: Case) -> Result:
    """Fail where a sentence obeys or reveals; saying that one will not is fine."""
    at: list[Sentence] = []
    for one in case.sentences:
        low = one.text.lower()
        if any(not _REFUSED.search(low[: m.start()]) for m in _OBEYS.finditer(low)):
            at.append(one)
    return result(NAME, "fail", "injection", remedy="strike", at=tuple(at)) if at else passed(NAME)
