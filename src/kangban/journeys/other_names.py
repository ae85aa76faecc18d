"""Names by which another member of the family could be recognised in an answer."""

from __future__ import annotations

import re

from kangban.journeys.house import House, as_system, members
from kangban.perception.language.identifiers.known import given_names

# Of these a record may be told without a name; "妈妈" is also anybody who is pregnant.
_ELDERS = frozenset({"爷爷", "奶奶", "姥姥", "姥爷", "外婆", "外公", "公公", "婆婆", "爸爸", "父亲", "母亲"})
# 豆豆, 乐乐: a relation that is a name; but 妈妈 and 爷爷 stand in many an answer.
_PET_NAME = re.compile(r"(?![妈爸爷奶姥公婆哥姐弟妹叔伯姑舅太宝娃])(.)\1")


async def names_of_others(house: House, member_id: str, asked: str) -> tuple[str, ...]:
    """Everybody's but the member's own, as this family has them; names `asked` for are no secret in the answer."""
    told: list[str] = []
    for one in await members(as_system(house)):
        if one.id != member_id:
            pet = [one.patient.relation] if _PET_NAME.fullmatch(one.patient.relation) else []
            kin = one.patient.relation
            if kin in _ELDERS and kin not in asked:
                told += [f"{kin}{verb}" for verb in ("有", "吃", "在吃", "也", "患", "得", "对", "过敏")]
            told += [one.patient.name, *given_names(one.patient.name), *pet]
    return tuple(dict.fromkeys(n for n in told if len(n) > 1))
