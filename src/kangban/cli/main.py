"""`kangban`: every capability on the command line. Commands import what they need when they run."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from kangban.cli import (
    accounts,
    agents,
    agents_kept,
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
    labs,
    library,
    mcp,
    measurements,
    medicines,
    members,
    models,
    own_inserts,
    privacy,
    record,
    report_shelf,
    reports,
    reviews,
    rules,
    search,
    secrets,
    serve,
    tool_servers,
    tools,
    tools_parse,
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
labs_app = typer.Typer(help="Laboratory tests. 检验项目。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(labs_app, name="labs")
own_app = typer.Typer(help="Inserts of your own. 自家录的说明书。", no_args_is_help=True, rich_markup_mode=None)
medicines_app.add_typer(own_app, name="own")
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
library_app = typer.Typer(help="Books and files to ask. 资料库。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(library_app, name="library")
privacy_app = typer.Typer(help="What leaves this machine. 隐私。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(privacy_app, name="privacy")
rules_app = typer.Typer(help="What the packs say, in operation. 规则。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rules_app, name="rules")

agents_app = typer.Typer(help="Agents of your own. 智能体工坊。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(agents_app, name="agents")
measurements_app = typer.Typer(help="Measured at home. 家庭测量。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(measurements_app, name="measurements")
reports_app = typer.Typer(help="Reports and documents. 报告。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(reports_app, name="reports")

tools_app = typer.Typer(help="The tools of the agents. 工具。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(tools_app, name="tools")
servers_app = typer.Typer(help="Other people's tools. 外来工具。", no_args_is_help=True, rich_markup_mode=None)
tools_app.add_typer(servers_app, name="servers")
models_app = typer.Typer(help="Language models. 语言模型。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(models_app, name="models")
mcp_app = typer.Typer(help="The tools over MCP. 工具服务。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(mcp_app, name="mcp")
secrets_app = typer.Typer(help="Keys of services. 服务密钥。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(secrets_app, name="secrets")

tools_app.command("parse", help="Which calls did a model mean? 看懂工具调用。")(tools_parse.parse)
models_app.command("probe", help="What can a model server do? 测模型服务。")(models.probe)
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
medicines_app.command("propose-insert", help="Keep an insert to confirm. 录说明书。")(own_inserts.propose)
own_app.command("list", help="A member's inserts. 看录过的。")(own_inserts.list_)
own_app.command("confirm", help="Checks use it from now on. 确认。")(own_inserts.confirm)
own_app.command("dismiss", help="It was read wrongly. 不要。")(own_inserts.dismiss)
own_app.command("withdraw", help="Take it back. 撤回。")(own_inserts.withdraw)
medicines_app.command("resolve", help="What is in a named medicine? 里面是什么。")(medicines.resolve)
medicines_app.command("took", help="A dose really taken. 吃了。")(doses.took)
medicines_app.command("taken", help="The last 24 hours, summed up. 今天吃过。")(doses.taken)
medicines_app.command("undo", help="Take a dose back. 撤回。")(doses.undo)
labs_app.command("resolve", help="Which test is a printed name? 是哪个检验项目。")(labs.resolve)
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
library_app.command("add", help="Add files, folders or zips. 加资料。")(library.add)
library_app.command("list", help="What is in it. 看资料。")(library.list_)
library_app.command("remove", help="Take a document out for good. 删资料。")(library.remove)
library_app.command("resume", help="Read on what was broken off. 接着读。")(library.resume)
library_app.command("search", help="Search it. 搜资料库。")(library.search)
library_app.command("ask", help="Ask it; answers name their page. 问资料库。")(library.ask)
members_app.command("list", help="Whom you may see. 看成员。")(members.list_)
members_app.command("add", help="Add a member. 加成员。")(members.add)
measurements_app.command("add", help="Write down what was measured. 记测量。")(measurements.add)
measurements_app.command("undo", help="Take it back. 撤回。")(measurements.undo)
reports_app.command("read", help="What does a file say? 读报告。")(reports.read)
reports_app.command("explain", help="In plain words for a member. 讲给我听。")(reports.explain)
reports_app.command("add", help="Keep and read a file. 加报告。")(report_shelf.add)
reports_app.command("list", help="A member's reports. 看有哪些。")(report_shelf.list_)
reports_app.command("show", help="One of them, line by line. 看一份。")(report_shelf.show)
reports_app.command("confirm", help="Say which lines are right. 核对入档。")(report_shelf.confirm)
reports_app.command("reread", help="Read the kept file afresh. 重新读一遍。")(report_shelf.reread)
reports_app.command("keep", help="It is theirs although it differs. 就是这个人的。")(report_shelf.keep)
reports_app.command("move", help="It is another member's. 换个人。")(report_shelf.move)
reports_app.command("delete", help="Erase it with all that came of it. 删除。")(report_shelf.delete)
tools_app.command("list", help="What there is. 看有哪些。")(tools.list_)
tools_app.command("call", help="Call one. 用一个。")(tools.call)
servers_app.command("add", help="Import a server's tools. 引入。")(tool_servers.add)
servers_app.command("list", help="What is imported. 看有哪些。")(tool_servers.list_)
servers_app.command("accept", help="Accept what has changed. 认可变动。")(tool_servers.accept)
servers_app.command("remove", help="Forget a server. 去掉。")(tool_servers.remove)
mcp_app.command("serve", help="Serve them, on stdio or HTTP. 打开工具服务。")(mcp.serve)
secrets_app.command("set", help="Keep a key, typed or piped in. 存密钥。")(secrets.set_)
secrets_app.command("list", help="Which are set; never a value. 看有哪些。")(secrets.list_)
secrets_app.command("remove", help="Forget one. 删密钥。")(secrets.remove)

agents_app.command("list", help="What there is. 有哪些。")(agents.list_)
agents_app.command("run", help="Let one work on a task. 运行。")(agents.run_)
agents_app.command("export", help="As YAML. 导出。")(agents.export)
agents_app.command("import", help="From YAML, as a new one. 导入。")(agents.import_)
agents_app.command("save", help="From YAML, as the next version. 保存。")(agents.save)
agents_app.command("remove", help="Forget one. 删除。")(agents.remove)
agents_app.command("runs", help="What they did. 运行记录。")(agents.runs)
agents_app.command("resume", help="Go on after a kill. 接续运行。")(agents_kept.resume)
agents_app.command("cancel", help="Stop a run anywhere. 停止运行。")(agents_kept.cancel)
agents_app.command("answer", help="Say yes or no to what waits. 回答等待。")(agents_kept.answer)
agents_app.command("ledger", help="What models cost. 花费。")(agents_kept.ledger)
notes_app = typer.Typer(help="What agents noted. 笔记。", no_args_is_help=True, rich_markup_mode=None)
agents_app.add_typer(notes_app, name="notes")
notes_app.command("list", help="All of them. 列出。")(agents_kept.notes_list)
notes_app.command("erase", help="Forget one. 删除。")(agents_kept.notes_erase)


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
