"""The workshop: who carries a run on, words for it, notes, and what models cost; behind the same walls."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_IN_VIEW = (
    "CASE current_setting('kangban.family', true) WHEN '' THEN NULL WHEN '-server-' THEN '' "
    "ELSE current_setting('kangban.family', true) END"
)


def _id() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _of_owner(name: str, *columns: sa.Column[Any]) -> None:
    first = (
        sa.Column("id", _id(), primary_key=True),
        sa.Column("family_id", _id(), nullable=False),
        sa.Column("owner", _id(), nullable=False),
    )
    op.create_table(name, *first, *columns)


def upgrade() -> None:
    """Make the tables and close them to other families."""
    _of_owner(
        "agent_claim", sa.Column("holder", _id(), nullable=False), sa.Column("until", sa.BigInteger, nullable=False)
    )
    op.create_index("ix_agent_claim_family", "agent_claim", ["family_id", "id"])
    _of_owner(
        "agent_word",
        sa.Column("run_id", _id(), nullable=False),
        sa.Column("word_key", _id(), nullable=False),
        sa.Column("word", sa.Text, nullable=False),
    )
    op.create_index("ix_agent_word_run", "agent_word", ["family_id", "owner", "run_id"])
    _of_owner(
        "agent_note",
        sa.Column("agent", _id(), nullable=False),
        sa.Column("written_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_agent_note_owner", "agent_note", ["family_id", "owner", "agent", "written_at"])
    counts = ("messages", "prompt_tokens", "completion_tokens", "cached_tokens", "unpriced", "estimated")
    _of_owner(
        "agent_spent",
        sa.Column("day", _id(), nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        *(sa.Column(count, sa.BigInteger, nullable=False) for count in counts),
        sa.Column("money", sa.Double, nullable=False),
    )
    op.create_index("ix_agent_spent_owner", "agent_spent", ["family_id", "owner", "day"])
    if op.get_bind().dialect.name != "postgresql":
        return
    for name in ("agent_claim", "agent_word", "agent_note", "agent_spent"):
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY one_family ON {name} USING (family_id = {_IN_VIEW}) WITH CHECK (family_id = {_IN_VIEW})"
        )
