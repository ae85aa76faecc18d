"""The tables. A change here needs a migration beside it and a new HEAD.

Tables with a `family_id` of a record are closed to other families by row-level security on PostgreSQL.
"""

from __future__ import annotations

import sqlalchemy as sa

HEAD = "0005"
VERSION_TABLE = "kangban_version"
FAMILY_SETTING = "kangban.family"  # the PostgreSQL setting that row-level security compares with
SERVER_IN_VIEW = "-server-"  # its value for rows of no family: an unset setting reads as "" and must show nothing
# Tables behind row-level security.
WALLED = (
    "entry", "audit", "notice", "library_document", "library_passage", "agent_version", "agent_run", "agent_claim",
    "agent_word", "agent_note", "agent_spent",
)  # fmt: skip

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
    sa.Index("ix_entry_family_kind", "family_id", "kind"),
)

# One link of a chain. `body` is canonical JSON of the AuditEvent; nothing is ever updated (triggers refuse).
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("family_id", _ID, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("id", _ID, nullable=False, unique=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)

# Where each chain ends, and the first number that must stay: a DELETE of anything else is refused by a trigger.
audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("family_id", _ID, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("kept_from", sa.BigInteger, nullable=False),
)

notice = sa.Table(
    "notice",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("family_id", _ID, nullable=False),
    sa.Column("account_id", _ID, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("due_at", sa.BigInteger, nullable=False),
    sa.Column("sending_at", sa.BigInteger, nullable=True),
    sa.Column("sent_at", sa.BigInteger, nullable=True),
    sa.Column("read_at", sa.BigInteger, nullable=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Index("ix_notice_account", "account_id", "family_id", "due_at"),
)

# Where each notice lies and when it is next to be sent (NULL: never again). It stands behind no wall, so that the
# sender finds what is due without looking behind every family's; it says nothing of what is told, nor to whom.
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("family_id", _ID, nullable=False),
    sa.Column("next_at", sa.BigInteger, nullable=True),
    sa.Index("ix_outbox_next", "next_at"),
)

# What the doors keep: whole rows as canonical JSON in `body`, with the columns they are found by beside it.
account = sa.Table(
    "account",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("login", _ID, nullable=False, unique=True),  # case folded
    sa.Column("oidc", _ID, nullable=True, unique=True),  # issuer, a space, subject
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("failed", sa.Integer, nullable=False),
    sa.Column("locked_until", sa.BigInteger, nullable=True),
)


def _kept(name: str, *columns: sa.Column[object] | sa.Index) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("id", _ID, primary_key=True),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("family_id", _ID, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        *columns,
        sa.Index(f"ix_{name}_account", "account_id"),
        sa.Index(f"ix_{name}_family", "family_id"),
    )


membership = _kept("membership")
session = _kept("session", sa.Column("expires_at", sa.BigInteger, nullable=False))
api_key = _kept("api_key")
link = _kept("link")
passkey = _kept("passkey")

tenant = sa.Table(
    "tenant",
    metadata,
    sa.Column("family_id", _ID, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)

library_document = sa.Table(
    "library_document",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("family_id", _ID, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("ix_library_document_family", "family_id"),
)

# `number` is the passage's place in its document; `vector` (float32) is of the model `vector_of`, if any.
library_passage = sa.Table(
    "library_passage",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("family_id", _ID, nullable=False),
    sa.Column("document_id", _ID, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("vector_of", sa.Text, nullable=True),
    sa.Column("vector", sa.LargeBinary, nullable=True),
    sa.Index("ix_library_passage_document", "family_id", "document_id", "number"),
)

# What a family's people made in the workshop; `owner` is an account, or a browser session where nobody has one.
agent_version = sa.Table(
    "agent_version",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("family_id", _ID, nullable=False),
    sa.Column("owner", _ID, nullable=False),
    sa.Column("name", _ID, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("ix_agent_version_owner", "family_id", "owner", "name", "version"),
)

agent_run = sa.Table(
    "agent_run",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("family_id", _ID, nullable=False),
    sa.Column("owner", _ID, nullable=False),
    sa.Column("agent", _ID, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("ix_agent_run_owner", "family_id", "owner", "started_at"),
)

# Who carries a durable run on; gone when the run is over.
agent_claim = sa.Table(
    "agent_claim",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("family_id", _ID, nullable=False),
    sa.Column("owner", _ID, nullable=False),
    sa.Column("holder", _ID, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Index("ix_agent_claim_family", "family_id", "id"),
)

# A word for the process that carries a run on.
agent_word = sa.Table(
    "agent_word",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("family_id", _ID, nullable=False),
    sa.Column("owner", _ID, nullable=False),
    sa.Column("run_id", _ID, nullable=False),
    sa.Column("word_key", _ID, nullable=False),
    sa.Column("word", sa.Text, nullable=False),
    sa.Index("ix_agent_word_run", "family_id", "owner", "run_id"),
)

agent_note = sa.Table(
    "agent_note",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("family_id", _ID, nullable=False),
    sa.Column("owner", _ID, nullable=False),
    sa.Column("agent", _ID, nullable=False),
    sa.Column("written_at", sa.BigInteger, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("ix_agent_note_owner", "family_id", "owner", "agent", "written_at"),
)

agent_spent = sa.Table(
    "agent_spent",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("family_id", _ID, nullable=False),
    sa.Column("owner", _ID, nullable=False),
    sa.Column("day", _ID, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("messages", sa.BigInteger, nullable=False),
    sa.Column("prompt_tokens", sa.BigInteger, nullable=False),
    sa.Column("completion_tokens", sa.BigInteger, nullable=False),
    sa.Column("cached_tokens", sa.BigInteger, nullable=False),
    sa.Column("unpriced", sa.BigInteger, nullable=False),
    sa.Column("estimated", sa.BigInteger, nullable=False),
    sa.Column("money", sa.Double, nullable=False),
    sa.Index("ix_agent_spent_owner", "family_id", "owner", "day"),
)
