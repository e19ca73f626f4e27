"""Medians of the inner benchmarks, as criterion left them under target/criterion."""

import json
from pathlib import Path


def medians(target: Path) -> list[dict]:
    """One entry for each benchmark: nanoseconds per iteration."""
    entries = []
    for estimates in sorted(target.glob("criterion/**/new/estimates.json")):
        name = json.loads(estimates.with_name("benchmark.json").read_text())["full_id"]
        median = json.loads(estimates.read_text())["median"]["point_estimate"]
        entries.append({"name": name, "value": median, "unit": "ns", "peer": "baoxue"})
    return entries
