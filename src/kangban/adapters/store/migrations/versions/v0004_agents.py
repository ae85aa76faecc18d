"""The workshop: agents in their versions, and their runs, behind the same walls as the record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_IN_VIEW = (
    "CASE current_setting('kangban.family', true) WHEN '' THEN NULL WHEN '-server-' THEN '' "
    "ELSE current_setting('kangban.family', true) END"
)


def _id() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables and close them to other families."""
    op.create_table(
        "agent_version",
        sa.Column("id", _id(), primary_key=True),
        sa.Column("family_id", _id(), nullable=False),
        sa.Column("owner", _id(), nullable=False),
        sa.Column("name", _id(), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_agent_version_owner", "agent_version", ["family_id", "owner", "name", "version"])
    op.create_table(
        "agent_run",
        sa.Column("id", _id(), primary_key=True),
        sa.Column("family_id", _id(), nullable=False),
        sa.Column("owner", _id(), nullable=False),
        sa.Column("agent", _id(), nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_agent_run_owner", "agent_run", ["family_id", "owner", "started_at"])
    if op.get_bind().dialect.name != "postgresql":
        return
    for name in ("agent_version", "agent_run"):
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY one_family ON {name} USING (family_id = {_IN_VIEW}) WITH CHECK (family_id = {_IN_VIEW})"
        )
