"""Accounts, audit, notices; row-level security and an audit nobody can rewrite."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_WALLED = ("entry", "audit", "notice")
# After a transaction that set it, PostgreSQL reads the setting as "" and not as NULL; so "" shows nothing,
# and rows of no family (the server's own) have a word of their own.
_IN_VIEW = (
    "CASE current_setting('kangban.family', true) WHEN '' THEN NULL WHEN '-server-' THEN '' "
    "ELSE current_setting('kangban.family', true) END"
)


def _id() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables, then the walls."""
    _entries_of_whom()
    _happened()
    _doors()
    if op.get_bind().dialect.name == "postgresql":
        _walls()
    else:
        _sqlite_triggers()


def _entries_of_whom() -> None:
    op.create_index("ix_entry_family_kind", "entry", ["family_id", "kind"])
    op.create_table(
        "tenant",
        sa.Column("family_id", _id(), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    # Families of before: they were families, without a name.
    known = op.get_bind().execute(sa.text("SELECT family_id, MIN(known_at) FROM entry GROUP BY family_id")).all()
    tenant = sa.table("tenant", sa.column("family_id", sa.Text), sa.column("body", sa.Text))
    for family_id, first in known:
        # JSON by hand: a migration never depends on today's types.
        op.get_bind().execute(sa.insert(tenant).values(family_id=family_id, body=_tenant_json(family_id, first)))


def _tenant_json(family_id: str, first: int) -> str:
    import json
    from datetime import UTC, datetime, timedelta

    at = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=first)).isoformat()
    return json.dumps({"created_at": at, "family_id": family_id, "kind": "family", "name": ""}, ensure_ascii=False)


def _happened() -> None:
    op.create_table(
        "audit",
        sa.Column("family_id", _id(), primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("id", _id(), nullable=False, unique=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.create_table(
        "audit_head",
        sa.Column("family_id", _id(), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("kept_from", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "notice",
        sa.Column("id", _id(), primary_key=True),
        sa.Column("family_id", _id(), nullable=False),
        sa.Column("account_id", _id(), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("sending_at", sa.BigInteger, nullable=True),
        sa.Column("sent_at", sa.BigInteger, nullable=True),
        sa.Column("read_at", sa.BigInteger, nullable=True),
        sa.Column("attempts", sa.Integer, nullable=False),
    )
    op.create_index("ix_notice_account", "notice", ["account_id", "family_id", "due_at"])
    op.create_table(
        "outbox",
        sa.Column("id", _id(), primary_key=True),
        sa.Column("family_id", _id(), nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=True),
    )
    op.create_index("ix_outbox_next", "outbox", ["next_at"])


def _doors() -> None:
    op.create_table(
        "account",
        sa.Column("id", _id(), primary_key=True),
        sa.Column("login", _id(), nullable=False, unique=True),
        sa.Column("oidc", _id(), nullable=True, unique=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.BigInteger, nullable=True),
    )
    more: dict[str, list[sa.Column[int]]] = {
        "membership": [],
        "session": [sa.Column("expires_at", sa.BigInteger, nullable=False)],
        "api_key": [],
        "link": [],
        "passkey": [],
    }
    for name, columns in more.items():
        op.create_table(
            name,
            sa.Column("id", _id(), primary_key=True),
            sa.Column("account_id", _id(), nullable=False),
            sa.Column("family_id", _id(), nullable=False),
            sa.Column("body", sa.Text, nullable=False),
            *columns,
        )
        op.create_index(f"ix_{name}_account", name, ["account_id"])
        op.create_index(f"ix_{name}_family", name, ["family_id"])


def _walls() -> None:
    """Rows of another family than the one in view do not exist; also for the owner of the tables."""
    for name in _WALLED:
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY one_family ON {name} USING (family_id = {_IN_VIEW}) WITH CHECK (family_id = {_IN_VIEW})"
        )
    _postgres_triggers()


def _postgres_triggers() -> None:
    """The audit is append-only for everybody; retention lifts `kept_from` first and takes away only what is below."""
    op.execute(
        "CREATE FUNCTION kangban_audit_stays() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$"
    )
    op.execute(
        "CREATE FUNCTION kangban_audit_dropped() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF OLD.number >= COALESCE((SELECT kept_from FROM audit_head WHERE family_id = OLD.family_id), 0) "
        "THEN RAISE EXCEPTION 'the audit is append-only'; END IF; RETURN OLD; END $$"
    )
    op.execute("CREATE TRIGGER audit_stays BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION kangban_audit_stays()")
    op.execute(
        "CREATE TRIGGER audit_whole BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION kangban_audit_stays()"
    )
    op.execute(
        "CREATE TRIGGER audit_dropped BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION kangban_audit_dropped()"
    )


def _sqlite_triggers() -> None:
    op.execute(
        "CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
    )
    op.execute(
        "CREATE TRIGGER audit_dropped BEFORE DELETE ON audit WHEN OLD.number >= "
        "COALESCE((SELECT kept_from FROM audit_head WHERE family_id = OLD.family_id), 0) "
        "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
    )
    # INSERT OR REPLACE takes the old row away without asking the trigger above.
    op.execute(
        "CREATE TRIGGER audit_new BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id "
        "OR (family_id = NEW.family_id AND number = NEW.number)) "
        "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
    )
