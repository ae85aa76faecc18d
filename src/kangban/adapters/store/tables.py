"""The one table. A change here needs a migration beside it and a new HEAD."""

from __future__ import annotations

import sqlalchemy as sa

HEAD = "0001"
VERSION_TABLE = "kangban_version"

# "C" compares bytes, as SQLite does; a PostgreSQL server's own language would order ids differently.
_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

metadata = sa.MetaData()

entry = sa.Table(
    "entry",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("family_id", _ID, nullable=False),
    sa.Column("member_id", _ID, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("true_at", sa.BigInteger, nullable=False),
    sa.Column("known_at", sa.BigInteger, nullable=False),
    sa.Column("provenance", sa.Text, nullable=False),
    sa.Column(
        "supersedes",
        _ID,
        sa.ForeignKey("entry.id", name="fk_entry_supersedes", deferrable=True, initially="DEFERRED"),
        nullable=True,
    ),
    sa.Column("retracted", sa.Boolean, nullable=False),
    sa.UniqueConstraint("supersedes", name="uq_entry_supersedes"),
    sa.Index("ix_entry_family_time", "family_id", "true_at", "known_at", "id"),
    sa.Index("ix_entry_member_kind_time", "family_id", "member_id", "kind", "true_at", "known_at", "id"),
)
