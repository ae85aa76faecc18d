"""Runs that outlive their process, on DBOS. Importing this package does not load it."""

from kangban.adapters.durable_runs.runs import DbosRuns

__all__ = ["DbosRuns"]
