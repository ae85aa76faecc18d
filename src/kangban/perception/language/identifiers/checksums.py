"""Check digits of the numbers people carry. Each function takes the bare characters, upper case."""

from __future__ import annotations

import re

# GB 11643-1999 (ISO 7064 MOD 11-2), GB 32100-2015 (MOD 31-3), ISO/IEC 7812-1 (Luhn), NHS Data Dictionary (MOD 11).
_RESIDENT = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CREDIT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_BORN_18 = re.compile(r"[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]")
_BORN_15 = re.compile(r"[1-9]\d{5}\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}")


def looks_resident(number: str) -> bool:
    """Shape of an 18 or 15 digit resident number with a possible day of birth, whatever its check digit."""
    return bool(_BORN_18.fullmatch(number) or _BORN_15.fullmatch(number))


def is_resident(number: str) -> bool:
    """18 digits, possible birth date, right check digit."""
    if not _BORN_18.fullmatch(number):
        return False
    total = sum(int(d) * w for d, w in zip(number, _RESIDENT, strict=False))
    return "10X98765432"[total % 11] == number[17]


def is_card(number: str) -> bool:
    """13 to 19 digits that pass Luhn."""
    if not 13 <= len(number) <= 19 or len(set(number)) == 1:
        return False
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def is_credit_code(code: str) -> bool:
    """Unified social credit code: 18 characters with the right last one."""
    if len(code) != 18 or any(c not in _CREDIT_LETTERS for c in code):
        return False
    total = sum(_CREDIT_LETTERS.index(c) * w for c, w in zip(code, _CREDIT, strict=False))
    return _CREDIT_LETTERS[-total % 31] == code[17]


def is_nhs(number: str) -> bool:
    """Ten digits of the NHS."""
    if not re.fullmatch(r"\d{10}", number):
        return False
    check = 11 - sum(int(d) * (10 - n) for n, d in enumerate(number[:9])) % 11
    return check != 10 and check % 11 == int(number[9])


def is_social_security(number: str) -> bool:
    """Nine digits the SSA could have given out."""
    return bool(re.fullmatch(r"(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}", number))


def is_hong_kong(number: str) -> bool:
    """Hong Kong identity card: one or two letters, six digits, check character."""
    found = re.fullmatch(r"([A-Z]{1,2})(\d{6})([\dA])", number)
    if not found:
        return False
    letters, digits, check = found.groups()
    values = [36] * (2 - len(letters)) + [ord(c) - 55 for c in letters] + [int(d) for d in digits]
    total = sum(v * (9 - n) for n, v in enumerate(values))
    return "0123456789A"[-total % 11] == check


def is_taiwan(number: str) -> bool:
    """Taiwan identity card: a letter, 1 or 2, eight digits."""
    if not re.fullmatch(r"[A-Z][12]\d{8}", number):
        return False
    code = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(number[0]) + 10
    values = [code // 10, code % 10, *map(int, number[1:])]
    return sum(v * w for v, w in zip(values, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0
