"""What a database says when it cannot, as an error named after who must act. No SQL and no values leave here."""

from __future__ import annotations

import sqlite3
import sys

import sqlalchemy.exc as sa_exc

from kangban.kernel.errors import Broken, Conflict, InvalidInput, KangbanError, SettingsRefused, Unavailable

_SQLITE_REFUSED = {sqlite3.SQLITE_NOTADB}
_SQLITE_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_CORRUPT,  # a damaged file is the operator's to restore
}  # fmt: skip
# Classes of SQLSTATE, see the PostgreSQL manual, appendix A: connection, rollback (serialisation, deadlock),
# resources (disk full, too many connections), object in use, operator (shutdown, starting up), system.
_POSTGRES_UNAVAILABLE = {"08", "40", "53", "55", "57", "58"}
_POSTGRES_REFUSED = {"28", "3D", "3F", "42"}  # wrong user, no such database or schema, no right to the table


def _is_sqlite(error: BaseException | None) -> bool:
    """An error of SQLite, plain or encrypted; the driver of the latter is loaded only where a key is given."""
    driver = sys.modules.get("sqlcipher3.dbapi2")
    return isinstance(error, sqlite3.Error) or (driver is not None and isinstance(error, driver.Error))


def is_driver_fault(error: BaseException) -> bool:
    """Whether an exception comes from the database, its driver or the way to it."""
    if isinstance(error, sa_exc.SQLAlchemyError | OSError | TimeoutError):
        return True
    return _is_sqlite(error) or _sqlstate(error) != ""


def is_worth_repeating(error: BaseException) -> bool:
    """Whether doing the same at once may end otherwise: a lost race, a deadlock, a connection gone stale."""
    if isinstance(error, sa_exc.IntegrityError):
        return True
    if isinstance(error, sa_exc.DBAPIError):
        return error.connection_invalidated or _sqlstate(error.orig).startswith("40")
    return False


def translated(error: BaseException) -> KangbanError:
    """The error to raise instead of a driver's."""
    if isinstance(error, sa_exc.IntegrityError):
        return Conflict("somebody else changed the record at the same time")
    original = error.orig if isinstance(error, sa_exc.DBAPIError) else error
    state = _sqlstate(original)
    if state:
        return _from_postgres(state)
    if original is not None and _is_sqlite(original):
        return _from_sqlite(original)
    if isinstance(error, sa_exc.TimeoutError | OSError | TimeoutError | sa_exc.InterfaceError):
        return Unavailable("the database does not answer")
    if isinstance(error, sa_exc.DBAPIError) and error.connection_invalidated:
        return Unavailable("the connection to the database was lost")
    return Broken(f"the database refused a statement ({type(original).__name__})")


def _sqlstate(error: BaseException | None) -> str:
    state = getattr(error, "sqlstate", None) or getattr(getattr(error, "__cause__", None), "sqlstate", None)
    return state if isinstance(state, str) else ""


def _from_postgres(state: str) -> KangbanError:
    family = state[:2]
    if family in _POSTGRES_UNAVAILABLE:
        return Unavailable(f"the database server cannot just now (SQLSTATE {state})")
    if family in _POSTGRES_REFUSED:
        return SettingsRefused(f"the database address, user or rights are wrong (SQLSTATE {state})", field="database")
    if family == "22":
        return InvalidInput("a value cannot be stored as text")
    return Broken(f"the database refused a statement (SQLSTATE {state})")


def _from_sqlite(error: BaseException) -> KangbanError:
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if isinstance(code, int) else None
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    if primary in _SQLITE_REFUSED:
        return SettingsRefused("the file is not a Kangban database, or its key is another one", field="database")
    if primary in _SQLITE_UNAVAILABLE or (primary is None and type(error).__name__ == "OperationalError"):
        return Unavailable(f"the database file cannot be used just now ({name})")
    return Broken(f"the database file refused a statement ({name})")
