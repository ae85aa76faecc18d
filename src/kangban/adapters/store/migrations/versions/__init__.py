"""One file per version of the database, each able to run on SQLite and PostgreSQL.

From 0002 on PostgreSQL shows the rows of `tables.WALLED` one family at a time, to migrations too: one that changes
rows must bring each family into view, or it changes none and says nothing.
"""
