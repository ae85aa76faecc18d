"""Arithmetic as people type it, Chinese signs and units included, by a parser of our own; nothing is ever evaluated."""

from __future__ import annotations

import decimal
import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal

import msgspec

from kangban.kernel.errors import InvalidInput

_MOST_CHARS, _MOST_DEPTH, _MOST_EXPONENT = 500, 40, 10_000
_CONTEXT = decimal.Context(prec=40, Emax=100_000, Emin=-100_000, traps=[
    decimal.DivisionByZero, decimal.InvalidOperation, decimal.Overflow,
])  # fmt: skip
_SIGNS = str.maketrans(
    "×✕·÷／＋－−—（）［］【】，。．％０１２３４５６７８９：＾、μ", "***//+---()()(),..%0123456789:^,µ"
)

Dimension = tuple[tuple[str, int], ...]

# unit → (dimension, factor to the dimension's base unit)
_UNITS: dict[str, tuple[str, int, Decimal]] = {}
for _base, _power, _rows in (
    ("g", 1, "kg 千克 公斤:1000 斤:500 两:50 g 克:1 mg 毫克:1e-3 ug µg mcg 微克:1e-6 ng 纳克:1e-9"),
    ("m", 1, "km 千米 公里:1000 m 米:1 cm 厘米:1e-2 mm 毫米:1e-3 inch 英寸:0.0254 ft 英尺:0.3048"),
    ("m", 3, "L l 升:1e-3 dL 分升:1e-4 mL ml 毫升 cc:1e-6"),
    ("m", 2, "m2 m² 平方米:1"),
    ("s", 1, "s 秒:1 min 分钟:60 h 小时:3600 d 天:86400 wk 周:604800"),
    ("mol", 1, "mol:1 mmol 毫摩尔:1e-3 umol µmol 微摩尔:1e-6 nmol:1e-9"),
    ("IU", 1, "IU iu 国际单位:1 万单位:1e4"),
    ("J", 1, "J:1 kJ 千焦:1000 kcal 千卡 大卡:4184"),
    ("Pa", 1, "Pa:1 kPa:1000 mmHg 毫米汞柱:133.322"),
):
    _spelled: list[str] = []
    for _part in _rows.split():
        _word, _, _factor = _part.partition(":")
        _spelled.append(_word)
        if _factor:
            _UNITS.update({word: (_base, _power, Decimal(_factor)) for word in _spelled})
            _spelled = []

_TO = {"to", "in", "换算成", "换成", "等于多少", "转换为", "->"}
_CONSTANTS = {"pi": "3.141592653589793238462643383279502884197", "π": "3.141592653589793238462643383279502884197",
              "e": "2.718281828459045235360287471352662497757"}  # fmt: skip


class Value(msgspec.Struct, frozen=True):
    """A number in base units of its dimension; `percent` marks a bare per cent."""

    number: Decimal
    dimension: Dimension = ()
    percent: bool = False


class Reckoned(msgspec.Struct, frozen=True):
    """The outcome: a plain decimal number and its unit ("" for none)."""

    value: str
    unit: str


def reckon(expression: str) -> Reckoned:
    """Work out "0.5 g + 250 mg to mg", "3×(2+4)÷5", "√16", "15% * 80"; raises InvalidInput, saying what is wrong."""
    if len(expression) > _MOST_CHARS:
        raise _wrong(f"an expression has at most {_MOST_CHARS} characters")
    with decimal.localcontext(_CONTEXT):
        try:
            return _Parser(_words(expression.translate(_SIGNS))).whole()
        except decimal.DivisionByZero as error:
            raise _wrong("division by zero") from error
        except (decimal.InvalidOperation, decimal.Overflow, OverflowError, ValueError) as error:
            raise _wrong("this has no number as its outcome, or too big a one") from error


def _wrong(why: str) -> InvalidInput:
    return InvalidInput(why, field="expression")


def _words(text: str) -> list[str]:
    found: list[str] = []
    place = 0
    text = text.rstrip().rstrip("=?？").rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _wrong(f"cannot read the character at {place + 1}")
        found.append(_JOINED_BY.get(match[0].strip(), match[0].strip()))
        place = match.end()
    return found


def _function(reckoned: Callable[[Decimal], Decimal]) -> Callable[[list[Value]], Value]:
    def one(values: list[Value]) -> Value:
        if len(values) != 1 or values[0].dimension:
            raise _wrong("this function takes one number without a unit")
        return Value(reckoned(values[0].number))

    return one


def _by_float(reckoned: Callable[[float], float]) -> Callable[[Decimal], Decimal]:
    return lambda number: Decimal(repr(round(reckoned(float(number)), 15)))


def _factorial(number: Decimal) -> Decimal:
    if number != int(number) or not 0 <= number <= 1000:
        raise _wrong("a factorial takes a whole number up to 1000")
    return Decimal(math.factorial(int(number)))


def _size(value: Value) -> Decimal:
    return value.number


def _pick(pick: Callable[..., Value]) -> Callable[[list[Value]], Value]:
    def several(values: list[Value]) -> Value:
        if not values or len({one.dimension for one in values}) > 1:
            raise _wrong("values of one kind are needed")
        return pick(values, key=_size)

    return several


def _mean(values: list[Value]) -> Value:
    if not values or len({one.dimension for one in values}) > 1:
        raise _wrong("values of one kind are needed")
    return Value(sum((one.number for one in values), Decimal(0)) / len(values), values[0].dimension)


def _round(values: list[Value]) -> Value:
    places = int(values[1].number) if len(values) == 2 else 0
    if len(values) not in (1, 2) or values[0].dimension or not -20 <= places <= 20:
        raise _wrong("round takes a number and how many places")
    return Value(values[0].number.quantize(Decimal(1).scaleb(-places), decimal.ROUND_HALF_UP))


_FUNCTIONS: dict[str, Callable[[list[Value]], Value]] = {
    "sqrt": _function(Decimal.sqrt), "根号": _function(Decimal.sqrt), "ln": _function(Decimal.ln),
    "log": _function(Decimal.log10), "log10": _function(Decimal.log10), "exp": _function(Decimal.exp),
    "abs": _function(abs), "floor": _function(lambda n: n.to_integral_value(decimal.ROUND_FLOOR)),
    "ceil": _function(lambda n: n.to_integral_value(decimal.ROUND_CEILING)), "factorial": _function(_factorial),
    "sin": _function(_by_float(math.sin)), "cos": _function(_by_float(math.cos)), "tan": _function(_by_float(math.tan)),
    "round": _round, "min": _pick(min), "max": _pick(max), "mean": _mean, "平均": _mean,
}  # fmt: skip


_JOINED_BY = {"加": "+", "减": "-", "乘以": "*", "乘": "*", "除以": "/", "的": "*", "of": "*", "**": "^"}
_HAN = sorted((w for w in {*_UNITS, *_FUNCTIONS, *_TO, *_JOINED_BY} if w[0] >= "一"), key=len, reverse=True)
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?(?:[eE][+-]?\d{1,4}(?!\d))?)"
    rf"|(?P<word>{'|'.join(_HAN)}|[A-Za-zµπ]+(?:²|\d+)?)|(?P<sign>\*\*|->|[-+*/^%(),!√]))"
)


class _Parser:
    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._at = 0
        self._depth = 0
        self._first: dict[str, str] = {}  # base → the unit it was first written in, to answer in

    def whole(self) -> Reckoned:
        value = self._sum()
        if self._next() in _TO:
            self._take()
            unit = self._words[self._at :]
            target = self._product()
            self._end()
            if target.dimension != value.dimension or not target.number:
                raise _wrong("cannot convert between these units")
            return Reckoned(_plain(value.number / target.number), "".join(unit))
        self._end()
        return self._in_own_units(value)

    def _in_own_units(self, value: Value) -> Reckoned:
        number = value.number
        shown: list[tuple[str, int]] = []
        for base, power in value.dimension:
            unit = self._first[base]
            _, each, factor = _UNITS[unit]
            if power % each:
                unit, each, factor = base, 1, Decimal(1)
            number /= factor ** (power // each)
            shown.append((unit, power // each))
        return Reckoned(_plain(number), _name(shown))

    def _end(self) -> None:
        if self._at < len(self._words):
            raise _wrong(f"did not expect {self._words[self._at]!r}")

    def _next(self) -> str:
        return self._words[self._at] if self._at < len(self._words) else ""

    def _take(self, *wanted: str) -> str:
        found = self._next()
        if not found or (wanted and found not in wanted):
            raise _wrong(
                f"expected {' or '.join(wanted) or 'a value'}" + (f", not {found!r}" if found else " at the end")
            )
        self._at += 1
        return found

    def _sum(self) -> Value:
        value = self._product()
        while self._next() in ("+", "-"):
            sign = self._take()
            other = self._product()
            if value.dimension != other.dimension:
                raise _wrong("units that do not fit are added")
            # 1 + 10% is 1.1 either way; of anything else people mean two different things.
            if value.percent != other.percent and (value.percent or value.number != 1):
                raise _wrong("say what the per cent is of: 200 * (1 + 10%)")
            number = value.number + other.number if sign == "+" else value.number - other.number
            value = Value(number, value.dimension, value.percent)
        return value

    def _product(self) -> Value:
        value = self._signed()
        while self._next() in ("*", "/"):
            sign = self._take()
            other = self._signed()
            power = -1 if sign == "/" else 1
            number = value.number / other.number if power < 0 else value.number * other.number
            value = Value(number, _joined(value.dimension, other.dimension, power))
        return value

    def _signed(self) -> Value:
        if self._next() in ("-", "+"):
            sign = self._take()
            value = self._deeper(self._signed)
            return Value(-value.number, value.dimension, value.percent) if sign == "-" else value
        return self._power()

    def _power(self) -> Value:
        base = self._unit_after(self._atom())
        if self._next() != "^":
            return base
        self._take()
        exponent = self._deeper(self._signed)
        if exponent.dimension or abs(exponent.number) > _MOST_EXPONENT:
            raise _wrong(f"an exponent is a number up to {_MOST_EXPONENT}")
        if base.dimension and exponent.number != int(exponent.number):
            raise _wrong("a unit takes a whole exponent")
        dimension = tuple((name, power * int(exponent.number)) for name, power in base.dimension)
        return Value(base.number**exponent.number, dimension if exponent.number else ())

    def _unit_after(self, value: Value) -> Value:
        while True:
            word = self._next()
            if word == "%":
                self._take()
                value = Value(value.number / 100, value.dimension, percent=True)
            elif word == "!":
                self._take()
                value = _FUNCTIONS["factorial"]([value])
            elif word in _UNITS:
                self._take()
                base, power, factor = _UNITS[word]
                self._first.setdefault(base, word)
                value = Value(value.number * factor, _joined(value.dimension, ((base, power),), 1))
            else:
                return value

    def _atom(self) -> Value:
        word = self._take()
        if word[0].isdigit():
            return Value(Decimal(word.replace(",", "")))
        if word == "(":
            value = self._deeper(self._sum)
            self._take(")")
            return value
        if word == "√":
            return _FUNCTIONS["sqrt"]([self._deeper(self._power)])
        if word in _FUNCTIONS:
            return _FUNCTIONS[word](self._arguments())
        if word in _CONSTANTS:
            return Value(Decimal(_CONSTANTS[word]))
        if word in _UNITS:
            self._at -= 1
            return Value(Decimal(1))
        raise _wrong(f"does not know {word!r}")

    def _arguments(self) -> list[Value]:
        self._take("(")
        found = [self._deeper(self._sum)]
        while self._next() == ",":
            self._take()
            found.append(self._deeper(self._sum))
        self._take(")")
        return found

    def _deeper(self, part: Callable[[], Value]) -> Value:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise _wrong("too many brackets")
        try:
            return part()
        finally:
            self._depth -= 1


def _joined(one: Dimension, other: Dimension, power: int) -> Dimension:
    powers = dict(one)
    for name, each in other:
        powers[name] = powers.get(name, 0) + power * each
    return tuple(sorted((name, each) for name, each in powers.items() if each))


def _name(dimension: Sequence[tuple[str, int]]) -> str:
    above = [name + (str(power) if power > 1 else "") for name, power in dimension if power > 0]
    below = [name + (str(-power) if power < -1 else "") for name, power in dimension if power < 0]
    return (".".join(above) or ("1" if below else "")) + "".join(f"/{one}" for one in below)


def _plain(number: Decimal) -> str:
    if not number.is_finite():
        raise decimal.InvalidOperation
    short = +number.normalize(decimal.Context(prec=15))
    if short == 0:
        return "0"
    return format(short, "f") if -12 <= short.adjusted() <= 20 else format(short, "e")
