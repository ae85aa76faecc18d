"""`kangban`: every capability on the command line. Commands import what they need when they run."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from kangban.cli import (
    accounts,
    ask,
    audit,
    calendars,
    chat,
    consents,
    doctor,
    doses,
    guard,
    inserts,
    keys,
    medicines,
    members,
    privacy,
    record,
    reviews,
    rules,
    search,
    serve,
    triage,
    vault,
    worker,
)

app = typer.Typer(
    name="kangban",
    help="康伴 Kangban: a family's health companion. 健康咨询，不是诊断，也不是处方。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

medicines_app = typer.Typer(help="Check and resolve medicines. 查药。", no_args_is_help=True, rich_markup_mode=None)
guard_app = typer.Typer(help="Check a draft before it leaves. 核对回答。", no_args_is_help=True, rich_markup_mode=None)
case_app = typer.Typer(help="Rebuild a member's conclusions. 重放结论。", no_args_is_help=True, rich_markup_mode=None)
record_app = typer.Typer(help="The family record. 健康档案。", no_args_is_help=True, rich_markup_mode=None)
audit_app = typer.Typer(help="Who saw and did what. 谁看过、做过什么。", no_args_is_help=True, rich_markup_mode=None)
accounts_app = typer.Typer(help="Who may come in. 账号。", no_args_is_help=True, rich_markup_mode=None)
families_app = typer.Typer(help="Families and clinics. 家庭和诊所。", no_args_is_help=True, rich_markup_mode=None)
calendar_app = typer.Typer(help="Calendar feeds. 日历订阅。", no_args_is_help=True, rich_markup_mode=None)
keys_app = typer.Typer(help="Keys for scripts. 程序密钥。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(medicines_app, name="medicines")
app.add_typer(accounts_app, name="accounts")
app.add_typer(keys_app, name="keys")
app.add_typer(calendar_app, name="calendar")
accounts_app.add_typer(families_app, name="families")
app.add_typer(guard_app, name="guard")
app.add_typer(case_app, name="case")
app.add_typer(record_app, name="record")
app.add_typer(audit_app, name="audit")
reviews_app = typer.Typer(help="Answers held for review. 待复核。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(reviews_app, name="reviews")
consents_app = typer.Typer(help="Who may see what. 同意与共享。", no_args_is_help=True, rich_markup_mode=None)
members_app = typer.Typer(help="The people of the family. 家庭成员。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(consents_app, name="consents")
app.add_typer(members_app, name="members")
privacy_app = typer.Typer(help="What leaves this machine. 隐私。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(privacy_app, name="privacy")
rules_app = typer.Typer(help="What the packs say, in operation. 规则。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rules_app, name="rules")

app.command("serve", help="Start the pages. 打开网页服务。")(serve.serve)
app.command("demo", help="Start the pages with the invented demo family. 演示家庭。")(serve.demo)
app.command("worker", help="Send notices, watch the clocks. 发通知、看时限。")(worker.worker)
app.command("ask", help="Ask one question. 问一句。")(ask.ask)
app.command("chat", help="Talk in the terminal. 在终端里聊。")(chat.chat)
app.command("triage", help="How soon to act. 要多快处理。")(triage.triage)
app.command("search", help="Search articles and passages. 搜资料。")(search.search)
app.command("doctor", help="What is connected, missing or overdue. 自检。")(doctor.doctor)
app.command("encrypt", help="Encrypt a plain data directory. 加密档案目录。")(vault.encrypt)
app.command("rotate", help="Change the keys. 更换密钥。")(vault.rotate)
app.command("backup", help="One encrypted file with everything. 备份。")(vault.backup)
app.command("restore", help="Put a backup back. 恢复备份。")(vault.restore)
medicines_app.command("check", help="May this person take these? 能不能吃。")(medicines.check)
medicines_app.command("advise", help="What of our box may this person take? 家里的药能吃哪个。")(medicines.advise)
medicines_app.command("read-insert", help="What does a package insert say? 读说明书。")(inserts.read_insert)
medicines_app.command("resolve", help="What is in a named medicine? 里面是什么。")(medicines.resolve)
medicines_app.command("took", help="A dose really taken. 吃了。")(doses.took)
medicines_app.command("taken", help="The last 24 hours, summed up. 今天吃过。")(doses.taken)
medicines_app.command("undo", help="Take a dose back. 撤回。")(doses.undo)
guard_app.command("check", help="May this draft be shown? 能不能给人看。")(guard.check)
case_app.command("replay", help="Rebuild every stored conclusion. 重建结论。")(record.replay)
record_app.command("confirm", help="Confirm a proposed entry. 确认记录。")(record.confirm)
record_app.command("dismiss", help="Dismiss a proposed entry. 不要记录。")(record.dismiss)
record_app.command("show", help="Show a member's record. 看档案。")(record.show)
record_app.command("export", help="Export a member as JSON. 导出。")(record.export)
record_app.command("retention", help="What is old enough to go. 到期的记录。")(audit.retention)
audit_app.command("verify", help="Verify every chain. 核对有没有被改过。")(audit.verify)
audit_app.command("show", help="Who saw what, newest first. 谁看过什么。")(audit.show)
audit_app.command("head", help="Where the chains end, to write down. 链尾。")(audit.head)
audit_app.command("export", help="Export as FHIR AuditEvent. 导出。")(audit.export)
accounts_app.command("list", help="Every account with its places. 列出账号。")(accounts.list_)
accounts_app.command("first", help="A link for the first administrator. 首次链接。")(accounts.first)
accounts_app.command("invite", help="A link for somebody new. 邀请。")(accounts.invite)
accounts_app.command("reset", help="A link for a new password. 重设密码。")(accounts.reset)
accounts_app.command("lock", help="Keep an account out. 锁定。")(accounts.lock)
accounts_app.command("unlock", help="Lift a lock. 解锁。")(accounts.unlock)
accounts_app.command("end", help="Close an account for good. 停用。")(accounts.end)
families_app.command("list", help="Every family and clinic. 列出。")(accounts.families_list)
families_app.command("add", help="A new family or clinic. 新增。")(accounts.families_add)
calendar_app.command("add", help="Make an address, shown once. 新订阅。")(calendars.add)
calendar_app.command("list", help="An account's addresses. 列出订阅。")(calendars.list_)
calendar_app.command("revoke", help="End an address at once. 停用订阅。")(calendars.revoke)
keys_app.command("add", help="Make a key, shown once. 新密钥。")(keys.add)
keys_app.command("list", help="An account's keys. 列出密钥。")(keys.list_)
keys_app.command("revoke", help="End a key at once. 停用密钥。")(keys.revoke)

reviews_app.command("list", help="What waits for you. 等你看的。")(reviews.list_)
reviews_app.command("show", help="One of them, or how yours stands. 看一条。")(reviews.show)
reviews_app.command("claim", help="Say you are looking at it. 我在看。")(reviews.claim)
reviews_app.command("decide", help="Approve, edit, reject or ask. 决定。")(reviews.decide)
reviews_app.command("answer", help="Answer what was asked. 回答。")(reviews.answer)
consents_app.command("list", help="Every word on a member. 看同意。")(consents.list_)
consents_app.command("give", help="Say yes. 同意。")(consents.give)
consents_app.command("withdraw", help="Say no, at once. 撤回。")(consents.withdraw)
rules_app.command("recall", help="What a wrong rule touched. 召回一条规则。")(rules.recall)
privacy_app.command("hide", help="Hide names and numbers of persons. 隐去身份。")(privacy.hide)
privacy_app.command("sent", help="What was sent about a member. 发出过什么。")(privacy.sent)
members_app.command("list", help="Whom you may see. 看成员。")(members.list_)
members_app.command("add", help="Add a member. 加成员。")(members.add)


@app.callback(invoke_without_command=True)
def about(version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False) -> None:
    """康伴 Kangban."""
    if version:
        from kangban import __version__

        print(__version__)
        raise typer.Exit


def main() -> None:
    """The console script. Output is UTF-8 in any locale."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    app()
