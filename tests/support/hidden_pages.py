"""PDFs with more than the eye sees: switched-off layers, form fields, pictures over words."""

from __future__ import annotations

from tests.support.drawn_pages import filler, latin

_FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"


def _stream(content: str, extra: str = "") -> str:
    return f"<</Length {len(content.encode())}{extra}>>stream\n{content}\nendstream"


def _written(objects: list[str]) -> bytes:
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(objects) + 1
    end = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<</Size {count}/Root 1 0 R>>"
    return out + f"{end}\nstartxref\n{len(out)}\n%%EOF\n".encode()


def layered(shown: str, hidden: str) -> bytes:
    """A page with one layer that is on and one that is off."""
    content = f"/OC /On BDC\n{shown}EMC\n/OC /Off BDC\n{hidden}EMC\n{filler()}"
    return _written([
        "<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[5 0 R 6 0 R]/D<</ON[5 0 R]/OFF[6 0 R]>>>>>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 7 0 R/Resources<</Font<</L 4 0 R>>/Properties<</On 5 0 R/Off 6 0 R>>>>>>",
        _FONT, "<</Type/OCG/Name(on)>>", "<</Type/OCG/Name(off)>>", _stream(content),
    ])  # fmt: skip


def faint(text: str) -> bytes:
    """A page with words that are wholly transparent."""
    return _written([
        "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Resources<</Font<</L 4 0 R>>/ExtGState<</G <</ca 0/CA 0>>>>>>>>",
        _FONT, _stream(f"q /G gs {text} Q\n{filler()}"),
    ])  # fmt: skip


def form(value: str, *, drawn: bool = True, flags: int = 4) -> bytes:
    """A page with a label and a filled text field beside it; `drawn` with the appearance programs write along."""
    look = _stream(
        f"/Tx BMC {latin(2, 4, value)} EMC",
        "/Type/XObject/Subtype/Form/BBox[0 0 120 20]/Resources<</Font<</L 4 0 R>>>>",
    )
    field = (
        f"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V({value})/DA(/L 12 Tf 0 g)/F {flags}/Rect[200 696 320 716]/P 3 0 R"
    )
    return _written([
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]/NeedAppearances true/DR<</Font<</L 4 0 R>>>>/DA(/L 12 Tf 0 g)>>>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Annots[6 0 R]/Resources<</Font<</L 4 0 R>>>>>>",
        _FONT, _stream(latin(50, 700, "Haemoglobin") + filler()),
        field + ("/AP<</N 7 0 R>>>>" if drawn else ">>"), look,
    ])  # fmt: skip
