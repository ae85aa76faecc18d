"""Our agent loop over our adapter, as a share of what the raw openai client and other agents cost, in one run.

All talk to one stub server without latency. Ours always streams; "plain" and "tool" are compared with the raw client
streaming too, and "…_whole" with the raw client not streaming. Limits stand on CPU time of the client process: ours is
the lowest of all in every job, and at most 0.6 of the raw client.
"""

from __future__ import annotations

from typing import Any

from benchmarks.compare_agents import FRAMEWORKS, compare

JOBS = ("plain", "tool", "stream")
RAW_LIMIT = 0.6
LIMIT = 1.0


def run() -> dict[str, Any]:
    ours, others, skipped = compare(FRAMEWORKS)
    found: dict[str, Any] = {}
    for job in JOBS:
        found[f"ours {job}"] = {"value": round(ours[job]["cpu"], 3), "unit": "ms CPU"}
    for name, times in others.items():
        for job, spent in times.items():
            mine = ours[job.removesuffix("_whole")]
            found[f"{name} {job}: ours"] = {
                "value": round(mine["cpu"] / spent["cpu"], 3), "unit": f"of {spent['cpu']:.2f} ms CPU",
                "limit": RAW_LIMIT if name == "openai_raw" else LIMIT,
            }  # fmt: skip
            found[f"{name} {job}: ours, wall"] = {
                "value": round(mine["wall"] / spent["wall"], 3), "unit": f"of {spent['wall']:.2f} ms",
            }  # fmt: skip
    for name, why in skipped.items():
        found[f"{name} skipped"] = why
    return found
