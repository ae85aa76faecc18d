"""Libraries to ask: documents and their passages, behind the same walls as the record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_IN_VIEW = (
    "CASE current_setting('kangban.family', true) WHEN '' THEN NULL WHEN '-server-' THEN '' "
    "ELSE current_setting('kangban.family', true) END"
)


def _id() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables and close them to other families."""
    op.create_table(
        "library_document",
        sa.Column("id", _id(), primary_key=True),
        sa.Column("family_id", _id(), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_library_document_family", "library_document", ["family_id"])
    op.create_table(
        "library_passage",
        sa.Column("id", _id(), primary_key=True),
        sa.Column("family_id", _id(), nullable=False),
        sa.Column("document_id", _id(), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("vector_of", sa.Text, nullable=True),
        sa.Column("vector", sa.LargeBinary, nullable=True),
    )
    op.create_index("ix_library_passage_document", "library_passage", ["family_id", "document_id", "number"])
    if op.get_bind().dialect.name != "postgresql":
        return
    for name in ("library_document", "library_passage"):
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY one_family ON {name} USING (family_id = {_IN_VIEW}) WITH CHECK (family_id = {_IN_VIEW})"
        )
