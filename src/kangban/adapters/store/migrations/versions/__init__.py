"""One file per version of the database, each able to run on SQLite and PostgreSQL."""
