"""`kangban`: every capability on the command line. Commands import what they need when they run."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from kangban.cli import ask, chat, doctor, guard, medicines, record, search, serve, triage

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
app.add_typer(medicines_app, name="medicines")
app.add_typer(guard_app, name="guard")
app.add_typer(case_app, name="case")
app.add_typer(record_app, name="record")

app.command("serve", help="Start the pages. 打开网页服务。")(serve.serve)
app.command("demo", help="Start the pages with the invented demo family. 演示家庭。")(serve.demo)
app.command("ask", help="Ask one question. 问一句。")(ask.ask)
app.command("chat", help="Talk in the terminal. 在终端里聊。")(chat.chat)
app.command("triage", help="How soon to act. 要多快处理。")(triage.triage)
app.command("search", help="Search articles and passages. 搜资料。")(search.search)
app.command("doctor", help="What is connected, missing or overdue. 自检。")(doctor.doctor)
medicines_app.command("check", help="May this person take these? 能不能吃。")(medicines.check)
medicines_app.command("resolve", help="What is in a named medicine? 里面是什么。")(medicines.resolve)
guard_app.command("check", help="May this draft be shown? 能不能给人看。")(guard.check)
case_app.command("replay", help="Rebuild every stored conclusion. 重建结论。")(record.replay)
record_app.command("confirm", help="Confirm a proposed entry. 确认记录。")(record.confirm)
record_app.command("dismiss", help="Dismiss a proposed entry. 不要记录。")(record.dismiss)
record_app.command("show", help="Show a member's record. 看档案。")(record.show)
record_app.command("export", help="Export a member as JSON. 导出。")(record.export)


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
