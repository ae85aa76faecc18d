"""Read every pack file into one immutable `Packs`; a structural fault refuses the whole set."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from kangban.kernel.errors import RulePackRefused
from kangban.rules import schema

PACKS_ROOT = Path(__file__).parent / "packs"

_T = TypeVar("_T")


class Article(msgspec.Struct, frozen=True):
    """A knowledge article: its head and its Markdown body (zh-CN; `[^source#key]` marks cite)."""

    head: schema.ArticleHead
    body: str


class Packs(msgspec.Struct, frozen=True):
    """Every row of every pack, as read."""

    sources: tuple[schema.Source, ...] = ()
    drug_classes: tuple[schema.DrugClass, ...] = ()
    conditions: tuple[schema.ConditionConcept, ...] = ()
    ingredients: tuple[schema.Ingredient, ...] = ()
    products: tuple[schema.Product, ...] = ()
    tables: tuple[schema.DecisionTable, ...] = ()
    groups: tuple[schema.Group, ...] = ()
    symptoms: tuple[schema.Symptom, ...] = ()
    red_flags: tuple[schema.RedFlag, ...] = ()
    analytes: tuple[schema.Analyte, ...] = ()
    foods: tuple[schema.Food, ...] = ()
    patterns: tuple[schema.Pattern, ...] = ()
    terms: tuple[schema.Term, ...] = ()
    variations: tuple[schema.Variation, ...] = ()
    articles: tuple[Article, ...] = ()
    reviews: tuple[Review, ...] = ()


class Review(msgspec.Struct, frozen=True):
    """Who wrote and checked one file, and when it must be looked at again (ISO date)."""

    file: str
    author: str
    checked_by: str
    review_by: str
    clinician_reviewed: bool


def pack_files(root: Path = PACKS_ROOT) -> list[Path]:
    """List every pack file, sorted, so that fingerprints are stable across machines."""
    return sorted(p for p in root.rglob("*") if p.suffix in {".toml", ".md"} and p.is_file())


def read_toml(path: Path, shape: type[_T]) -> _T:
    """Read one TOML file as `shape`; raises RulePackRefused naming file and place."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), shape)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise RulePackRefused(f"{path.name}: {error}") from error


def read_article(path: Path) -> Article:
    """Read one article; raises RulePackRefused when the front matter is missing or wrong."""
    text = path.read_text("utf-8")
    parts = text.split("+++\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise RulePackRefused(f"{path.name}: front matter between +++ lines is missing")
    try:
        head = msgspec.convert(tomllib.loads(parts[1]), schema.ArticleHead)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RulePackRefused(f"{path.name}: {error}") from error
    return Article(head=head, body=parts[2].strip())


def _each(root: Path, pattern: str) -> Iterator[Path]:
    return iter(sorted(root.glob(pattern)))


def _read_each(root: Path, pattern: str, shape: type[_T]) -> list[tuple[Path, _T]]:
    return [(path, read_toml(path, shape)) for path in _each(root, pattern)]


def read_packs(root: Path = PACKS_ROOT) -> Packs:
    """Read all packs under `root` from their source files (TOML and Markdown)."""
    med = root / "medication"
    flags = root / "red_flags"
    class_files = [
        read_toml(p, schema.ClassesFile) for p in (med / "classes.toml", med / "conditions.toml") if p.exists()
    ]
    ingredient_paths = list(_each(med, "ingredients/*.toml"))
    ingredients = [read_toml(p, schema.Ingredient) for p in ingredient_paths]
    products = _read_each(med, "products/*.toml", schema.ProductsFile)
    tables = _read_each(med, "rules/*.toml", schema.DecisionTable)
    symptoms = [read_toml(p, schema.SymptomsFile) for p in _each(flags, "symptoms/*.toml")]
    flag_paths = list(_each(flags, "rules/*.toml"))
    red_flags = [read_toml(p, schema.RedFlagsFile) for p in flag_paths]
    labs = _read_each(root, "labs/analytes*.toml", schema.LabsFile)
    diets = _read_each(root, "diet/foods*.toml", schema.DietFile)
    patterns = _read_each(root, "reports/patterns*.toml", schema.PatternsFile)
    terms = _read_each(root, "reports/terms*.toml", schema.TermsFile)
    variations = _read_each(root, "reports/variation*.toml", schema.VariationFile)
    article_paths = list(_each(root, "knowledge/articles/*.md"))
    articles = [read_article(p) for p in article_paths]
    reviewed = [
        *zip(ingredient_paths, ingredients, strict=True),
        *products,
        *tables,
        *zip(flag_paths, red_flags, strict=True),
        *labs,
        *diets,
        *patterns,
        *terms,
        *variations,
        *zip(article_paths, (a.head for a in articles), strict=True),
    ]
    return Packs(
        sources=tuple(s for p in _each(root, "**/sources*.toml") for s in read_toml(p, schema.SourcesFile).source),
        drug_classes=tuple(c for f in class_files for c in f.drug_class),
        conditions=tuple(c for f in class_files for c in f.condition),
        ingredients=tuple(ingredients),
        products=tuple(p for _, f in products for p in f.product),
        tables=tuple(table for _, table in tables),
        groups=tuple(g for f in symptoms for g in f.group),
        symptoms=tuple(s for f in symptoms for s in f.symptom),
        red_flags=tuple(r for f in red_flags for r in f.rule),
        analytes=tuple(a for _, f in labs for a in f.analyte),
        foods=tuple(f for _, d in diets for f in d.food),
        patterns=tuple(p for _, f in patterns for p in f.pattern),
        terms=tuple(one for _, f in terms for one in f.term),
        variations=tuple(v for _, f in variations for v in f.variation),
        articles=tuple(articles),
        reviews=tuple(
            Review(
                file=str(path.relative_to(root)),
                author=row.author,
                checked_by=row.checked_by,
                review_by=row.review_by.isoformat(),
                clinician_reviewed=row.clinician_reviewed,
            )
            for path, row in reviewed
        ),
    )
