"""The log of entries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the table and its indexes."""
    text_id = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "entry",
        sa.Column("id", text_id, primary_key=True),
        sa.Column("family_id", text_id, nullable=False),
        sa.Column("member_id", text_id, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("true_at", sa.BigInteger, nullable=False),
        sa.Column("known_at", sa.BigInteger, nullable=False),
        sa.Column("provenance", sa.Text, nullable=False),
        sa.Column("supersedes", text_id, nullable=True),
        sa.Column("retracted", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["supersedes"], ["entry.id"], name="fk_entry_supersedes", deferrable=True, initially="DEFERRED"
        ),
        sa.UniqueConstraint("supersedes", name="uq_entry_supersedes"),
    )
    op.create_index("ix_entry_family_time", "entry", ["family_id", "true_at", "known_at", "id"])
    op.create_index(
        "ix_entry_member_kind_time", "entry", ["family_id", "member_id", "kind", "true_at", "known_at", "id"]
    )
