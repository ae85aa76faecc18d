"""The page of who saw what, over HTTP; and the ends of the chains a server writes down when it starts and stops."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.web_guest import Guest, administrator, invited
from tests.support.web_server import running_server


def test_who_saw_what_is_shown_to_whom_it_belongs_and_the_ends_are_written_down(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        mama = administrator(server)
        helper = invited(mama, "helps", "helper", name="<b>帮手</b>")
        page = mama.get("/account/audit")
        assert page.status == 200
        assert "加入了家庭" in page.text
        joined = page.text.split("帮手&lt;/b&gt;：加入了家庭")[1].split("</li>")[0]
        assert "帮手（护工、亲戚）" in joined  # the role they came in with
        assert "成年家人" not in joined
        assert "<b>帮手</b>" not in page.text
        assert page.headers.get_all("Cache-Control") == ["no-store"]
        assert "看了访问记录" in mama.get("/account/audit").text
        assert 'href="/account/audit"' in mama.get("/account").text
        assert mama.get("/account/audit?member=somebody-else").status in (200, 404)
        assert helper.get("/account/audit").status == 403
        assert helper.get("/account/audit?member=anybody").status in (403, 404)
        assert Guest(server).get("/account/audit").to.startswith("/login")
        server.child.terminate()
        assert server.child.wait(60) == 0
    written = json.loads(next(tmp_path.rglob("audit.heads.json")).read_text())
    assert written["home"]["number"] > 0
    assert written[""]["number"] > 0
    with running_server(tmp_path) as server:
        Guest(server).log_in("mama")
        server.child.kill()  # what it wrote at its start stands all the same
    again = json.loads(next(tmp_path.rglob("audit.heads.json")).read_text())
    assert again["home"]["number"] >= written["home"]["number"]
