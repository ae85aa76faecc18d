"""The shapes of every file under `packs/`. docs/packs.md explains them to authors.

Everything is read with unknown keys forbidden, so that a misspelt key refuses the pack instead of
silently dropping a warning. Texts for people come in pairs: `x` (zh-CN) and `x_en`.
Ages are years (fractions allowed), weights kg, weeks are weeks of pregnancy, egfr mL/min/1.73 m².
Bands are half-open: `*_from` is inclusive, `*_below` exclusive.
"""

from __future__ import annotations

from kangban.rules.schema.base import (
    CautionKind,
    Evidence,
    Level,
    MarketClass,
    Observed,
    Passage,
    Person,
    Row,
    Severity,
    Sex,
    Source,
    SourcesFile,
)
from kangban.rules.schema.medication import (
    Caution,
    ClassesFile,
    ConditionConcept,
    Content,
    DecisionTable,
    DoseLimit,
    DrugClass,
    Indication,
    Ingredient,
    Interaction,
    Practical,
    Product,
    ProductsFile,
    TableInput,
    TableRow,
    TableVector,
)
from kangban.rules.schema.others import (
    Analyte,
    ArticleHead,
    DietFile,
    Food,
    FoodAdvice,
    LabsFile,
    ReferenceRange,
    UnitFactor,
)
from kangban.rules.schema.red_flags import (
    Group,
    RedFlag,
    RedFlagsFile,
    Symptom,
    SymptomsFile,
    When,
)

__all__ = [
    "Analyte",
    "ArticleHead",
    "Caution",
    "CautionKind",
    "ClassesFile",
    "ConditionConcept",
    "Content",
    "DecisionTable",
    "DietFile",
    "DoseLimit",
    "DrugClass",
    "Evidence",
    "Food",
    "FoodAdvice",
    "Group",
    "Indication",
    "Ingredient",
    "Interaction",
    "LabsFile",
    "Level",
    "MarketClass",
    "Observed",
    "Passage",
    "Person",
    "Practical",
    "Product",
    "ProductsFile",
    "RedFlag",
    "RedFlagsFile",
    "ReferenceRange",
    "Row",
    "Severity",
    "Sex",
    "Source",
    "SourcesFile",
    "Symptom",
    "SymptomsFile",
    "TableInput",
    "TableRow",
    "TableVector",
    "UnitFactor",
    "When",
]
