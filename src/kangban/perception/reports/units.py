"""Units as hospitals print them, mended where only one unit can be meant."""

from __future__ import annotations

import re
from functools import lru_cache

from kangban.perception.reports.characters import mend

# Tops and bottoms that occur in Chinese and English reports; a unit is a top, "/" and bottoms, or one that stands alone.
_TOPS = [
    "mmol",
    "umol",
    "μmol",
    "nmol",
    "pmol",
    "fmol",
    "mol",
    "g",
    "mg",
    "ug",
    "μg",
    "ng",
    "pg",
    "fg",
    "kg",
    "mL",
    "ml",
    "L",
    "l",
    "dL",
    "uL",
    "μL",
    "fL",
    "fl",
    "U",
    "IU",
    "KU",
    "kU",
    "mU",
    "mIU",
    "uIU",
    "μIU",
    "MIU",
    "kIU",
    "mEq",
    "Eq",
    "COI",
    "NCU",
    "GPL",
    "MPL",
    "AU",
    "RU",
    "BAU",
    "AI",
    "PEIU",
    "EIU",
    "mAU",
    "个",
    "copies",
    "cps",
    "S",
    "mm",
    "mOsm",
    "mosm",
    "kcal",
    "kPa",
    "cm",
    "ct",
    "BU",
]
_BOTTOMS = [
    "L",
    "l",
    "mL",
    "ml",
    "dL",
    "dl",
    "uL",
    "μL",
    "ul",
    "μl",
    "HP",
    "HPF",
    "LP",
    "LPF",
    "h",
    "hr",
    "d",
    "24h",
    "24hr",
    "日",
    "天",
    "s",
    "min",
    "kg",
    "kgH2O",
    "kgH₂O",
    "H2O",
    "g",
    "mg",
    "gCr",
    "gCre",
    "mol",
    "mmol",
    "1.73m2",
    "1.73m²",
    "(1.73m2)",
    "1.73㎡",
    "m2",
    "m²",
    "cm3",
    "mm3",
    "μl",
    "高倍视野",
    "低倍视野",
    "HPF",
    "分",
    "次",
    "分钟",
    "kg/min",
    "10^6",
    "10^4",
    "10^5",
    "10^3",
]
_ALONE = [
    "%",
    "‰",
    "fL",
    "fl",
    "pg",
    "mmHg",
    "mm/h",
    "mm/H",
    "mm/hr",
    "S/CO",
    "COI",
    "s",
    "sec",
    "秒",
    "S",
    "INR",
    "RATIO",
    "Ratio",
    "ratio",
    "mV",
    "nm",
    "mm",
    "cm",
    "kg",
    "g",
    "℃",
    "°C",
    "bpm",
    "次/分",
    "次",
    "g/24h",
    "min",
    "分",
    "kg/m2",
    "kg/m²",
    "个/HP",
    "个/LP",
    "个/μL",
    "个/ul",
    "mOsm/kg",
    "mosm/kg",
    "copies/mL",
    "IU/mL",
    "mL",
    "kPa",
    "mmHg",
    "ug/gCr",
    "DU",
    "Index",
    "AU",
    "U",
    "IU",
    "EU",
    "NTU",
    "pH",
    "度",
    "10^9/L",
    "10^12/L",
    "10^6/L",
    "10^3/μL",
    "10^6/μL",
    "10^3/uL",
    "10^6/uL",
    "K/uL",
    "M/uL",
    "%TGB",
    "cmH2O",
    "mL/min",
    "ml/min",
    "pg/cell",
    "fl/cell",
    "10^6/mL",
    "/HP",
    "/LP",
    "/HPF",
    "/LPF",
    "/μL",
    "/uL",
    "/ul",
    "/μl",
    "/mL",
    "/100WBC",
    "/高倍视野",
    "/低倍视野",
    "/dL",
    "HU",
    "万/μL",
    "Cell/ul",
    "cells/uL",
    "cells/μL",
    "个/LPF",
    "个/HPF",
    "Leu/uL",
    "Ery/uL",
] + [f"{top} {kind}" for top in ("mg/L", "μg/mL", "ug/mL", "ng/mL", "μg/L", "ug/L") for kind in ("FEU", "DDU")]
_POWER = re.compile(
    r"^[×xX*·]?\s*10\s*(?:\^|\*\*|\*|~|E|e|∧|\ˆ|')?\s*\(?(12|[3-9])\)?\s*/\s*(L|l|1|I|\||uL|ul|μL|μl|mL|ml)$"
)
_LOST_POWER = re.compile(r"^[×xX*]?\s*10\s*[°º%^\"~'*?]*\s*/?\s*[L1l]$")
_LOOKALIKE = str.maketrans({"1": "l", "I": "l", "|": "l", "0": "o", "O": "o", "µ": "μ"})
_TRIMMED = "()[]【】:,;. "
_LITRE = {"l": "L", "1": "L", "I": "L", "|": "L", "ul": "uL", "μl": "μL", "ml": "mL"}


def _every() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    exact: dict[str, str] = {}
    for unit in (*_ALONE, *(f"{top}/{bottom}" for top in _TOPS for bottom in _BOTTOMS)):
        exact.setdefault(unit, unit)
    for top in ("mL", "ml"):
        for area in ("1.73m2", "1.73m²", "(1.73m2)", "1.73㎡", "1.73 m2", "1.73m^2"):
            exact[f"{top}/min/{area}"] = f"{top}/min/{area}"
            exact[f"{top}/(min·{area})"] = f"{top}/(min·{area})"
            exact[f"{top}/(min*{area})"] = f"{top}/(min*{area})"
    folded: dict[str, tuple[str, ...]] = {}
    for unit in exact:
        key = _fold(unit)
        folded[key] = (*folded.get(key, ()), unit)
    return exact, folded


def _fold(unit: str) -> str:
    return unit.translate(_LOOKALIKE).replace(" ", "").lower()


_EXACT, _FOLDED = _every()


@lru_cache(maxsize=4096)
def read_unit(text: str) -> tuple[str, bool] | None:
    """As `_read`, the area of the body always "m²"."""
    read = _read(text)
    return (re.sub(r"1\.73\s?m\^?2|1\.73㎡", "1.73m²", read[0]), read[1]) if read else None


def _read(text: str) -> tuple[str, bool] | None:
    """A whole cell as a unit and whether it is sure; None where it is no unit at all.

    Case stays as printed ("g/l"); only characters OCR confuses are put right, and only when one unit fits.
    """
    text = mend(text).strip()
    bare = text.strip(_TRIMMED) if not text.startswith("(") or text.endswith(")") else text
    if text in _EXACT:
        return text, True
    power = _POWER.fullmatch(bare)
    if power:
        return f"10^{power.group(1)}/{_LITRE.get(power.group(2), power.group(2))}", True
    if _LOST_POWER.fullmatch(bare):
        # One raised mark is most often a nine; whether it was, somebody must look.
        return ("10^9/L" if re.search(r"10\s*[°º]\s*/", bare) else bare), False
    if bare in _EXACT:
        return bare, True
    spaceless = bare.replace(" ", "")
    fits = _FOLDED.get(_fold(spaceless), ())
    if not fits or not re.search(r"[A-Za-zμ%‰/次秒分个度℃°]", spaceless) or re.fullmatch(r"[\d.]+", spaceless):
        return None
    same = [unit for unit in fits if unit.replace(" ", "").lower() == spaceless.lower()]
    if same:
        # "Pg/mL" is the known unit with most letters alike.
        return max(
            same, key=lambda unit: sum(a == b for a, b in zip(unit.replace(" ", ""), spaceless, strict=True))
        ), True
    one = len({unit.lower() for unit in fits}) == 1 and len(spaceless) > 2
    return (fits[0], True) if one else (spaceless, False)


_LOOKS = re.compile(r"^(?=.{2,16}$)(?=.*[A-Za-zμ%个])[A-Za-zμ0-9^*×·%个()²³. ]{1,12}/[A-Za-zμ0-9^*×·()²³./ ]{1,12}$")


def looks_like_unit(text: str) -> bool:
    """Whether an unknown text has the shape of a unit ("pmol/gHb"); "A/G" has it too."""
    return bool(_LOOKS.fullmatch(mend(text)))
