from __future__ import annotations

from datetime import date

import pytest

from kangban.clinical.report import PrintedReport
from kangban.perception.reports.read import read_documents
from tests.support.pages import Sheet, plain_page


def read(text: str) -> PrintedReport:
    (report,) = read_documents([plain_page(text)], lambda text: False)
    return report


_ORDERED = (
    "某市人民医院 门诊处方笺\n姓名:张三    性别:男    年龄:59岁    科室:心内科\n处方日期:2026-06-10    诊断:高血压\n\nRp.\n"
    "1. 酒石酸美托洛尔片  25mg × 20 片\n   用法:口服,一次半片(12.5mg),一日 2 次\n"
    "2. 阿莫西林胶囊 0.5g*24粒  2盒\n   Sig: 0.5g po tid\n"
    "3. 布洛芬混悬液  100ml:2g\n   用法:口服 每次5ml 每6小时一次 必要时 共3天\n\n医师:陈四    药师:赵五\n"
)


def test_medicines_of_a_prescription() -> None:
    report = read(_ORDERED)
    assert (report.kind, report.patient.name, report.dates.sampled and report.dates.sampled.date()) == (
        "prescription",
        "张三",
        date(2026, 6, 10),
    )
    assert [(m.name, m.strength, m.dose, m.frequency, m.route, m.quantity, m.days) for m in report.medicines] == [
        ("酒石酸美托洛尔片", "25mg", "半片(12.5mg)", "一日 2 次", "口服", "20 片", ""),
        ("阿莫西林胶囊", "0.5g*24粒", "0.5g", "tid", "po", "2盒", ""),
        ("布洛芬混悬液", "100ml:2g", "5ml", "每6小时一次 必要时", "口服", "", "3天"),
    ]
    assert all(not m.doubts for m in report.medicines)
    assert ("诊断", "高血压") in report.sections


def test_a_medicine_without_directions_is_doubted() -> None:
    report = read("门诊处方笺\n姓名:张三\nRp\n1. 阿托伐他汀钙片 20mg×14片\n医师:陈四\n")
    assert [(m.name, m.doubts) for m in report.medicines] == [("阿托伐他汀钙片", ("directions_unread",))]


def test_a_discharge_summary() -> None:
    report = read(
        "某市人民医院 出院小结\n姓名:张三  性别:男  年龄:70岁\n入院日期:2026-01-02  出院日期:2026-01-09\n"
        "入院诊断:社区获得性肺炎\n诊疗经过:抗感染治疗,体温正常。\n出院诊断:社区获得性肺炎\n出院带药:\n"
        "1. 盐酸莫西沙星片 0.4g×3片 口服 一次0.4g 每日1次\n出院医嘱:一周后复诊。\n医师签名:陈四\n"
    )
    assert report.kind == "discharge_summary"
    assert dict(report.sections)["出院诊断"] == "社区获得性肺炎"
    assert dict(report.sections)["出院医嘱"] == "一周后复诊。"
    assert [(m.name, m.strength, m.dose, m.frequency) for m in report.medicines] == [
        ("盐酸莫西沙星片", "0.4g", "0.4g", "每日1次")
    ]


@pytest.mark.parametrize(
    ("text", "kind", "heading"),
    [
        (
            "某医院 超声检查报告单\n姓名:张三\n检查部位:甲状腺\n超声所见:左叶见结节。\n超声提示:甲状腺结节。\n报告医师:陈四",
            "imaging",
            "超声提示",
        ),
        ("某医院 病理检查报告\n姓名:张三\n肉眼所见:灰白组织一块。\n病理诊断:慢性炎症。\n", "pathology", "病理诊断"),
        (
            "某医院 门诊病历\n姓名:张三\n主诉:咳嗽3天\n现病史:无发热。\n初步诊断:上呼吸道感染\n处理意见:多饮水\n",
            "outpatient_note",
            "主诉",
        ),
        ("某体检中心 健康体检报告\n姓名:张三\n总检结论:1. 血脂偏高\n健康建议:低脂饮食\n", "checkup", "总检结论"),
    ],
)
def test_notes_keep_their_sections(text: str, kind: str, heading: str) -> None:
    report = read(text)
    assert report.kind == kind
    assert heading in dict(report.sections)
    assert report.rows == ()


@pytest.mark.parametrize("text", ["今天天气很好,我们去公园。", "The quick brown fox jumps over the lazy dog.", "喵"])
def test_other_texts_are_no_report(text: str) -> None:
    report = read(text)
    assert (report.kind, report.rows, report.medicines) == ("other", (), ())


def box(*lines: tuple[float, str], height: float = 0.02) -> PrintedReport:
    sheet = Sheet(placed=[], height=height, pitch=0.05)
    for x, text in lines:
        sheet.line((x, text))
    (report,) = read_documents([sheet.page(source="ocr")], lambda text: False)
    return report


def test_a_medicine_box() -> None:
    report = box(
        (0.2, "布洛芬缓释胶囊"), (0.2, "Ibuprofen Sustained Release Capsules"), (0.2, "规格:0.3g×20粒/盒"), (0.7, "OTC 甲类"),
        (0.2, "国药准字H10900089"), (0.2, "某某制药有限公司"), (0.2, "产品批号:24051107"), (0.2, "生产日期:2024.05.11"), (0.2, "有效期至:2027.04"),
    )  # fmt: skip
    assert report.kind == "medicine_box"
    label = report.box_label
    assert label is not None
    assert (label.name, label.strength, label.count, label.approval) == (
        "布洛芬缓释胶囊",
        "0.3g",
        "0.3g×20粒/盒",
        "国药准字H10900089",
    )
    assert (label.batch, label.made_on, label.expires_on, label.market) == (
        "24051107",
        date(2024, 5, 11),
        date(2027, 4, 30),
        "otc_a",
    )
    assert (label.maker, label.english) == ("某某制药有限公司", "Ibuprofen Sustained Release Capsules")
    assert report.doubts == ()


def test_an_end_that_is_computed_or_before_the_start_is_doubted() -> None:
    front = ((0.2, "布洛芬片"), (0.2, "0.2g"), (0.2, "国药准字H10900089"))
    computed = box(*front, (0.2, "生产日期:20240511"), (0.2, "有效期:24个月"))
    assert computed.box_label is not None
    assert (computed.box_label.expires_on, computed.doubts) == (date(2026, 5, 10), ("expiry_unread",))
    swapped = box(*front, (0.2, "生产日期:2027.05.11"), (0.2, "有效期至:2024.04"))
    assert "expiry_unread" in swapped.doubts


def test_a_number_in_a_cell_of_its_own_is_no_name() -> None:
    report = read("门诊处方笺\n姓名:张三\nRp\n1    阿托伐他汀钙片    20mg×14片    口服 一次20mg 每晚1次\n医师:陈四\n")
    assert [one.name for one in report.medicines] == ["阿托伐他汀钙片"]
    unnamed = read("门诊处方笺\n姓名:张三\nRp\n1.    20mg×14片    口服 一次20mg 每晚1次\n医师:陈四\n")
    assert all("name_unread" in one.doubts for one in unnamed.medicines)
