"""Figures of the running server as lines of README's table and entries of bench.json. Pure; prints and writes nothing."""

HEAD = """\
| children | what | p50 ms | p99 ms | pages/s | value |
|---|---|---|---|---|---|"""


def loads(size: str, what: str, figures) -> tuple[str, list[dict]]:
    """One kind of page under load."""
    rate = figures.requests / figures.seconds
    values = [("p50", figures.p50, "ms"), ("p99", figures.p99, "ms"), ("rate", rate, "pages/s")]
    return (
        f"| {size} | {what} | {figures.p50:.1f} | {figures.p99:.1f} | {rate:.0f} | |",
        [entry(size, f"{what}/{name}", value, unit) for name, value, unit in values],
    )


def single(size: str, what: str, value: float, unit: str, digits: int = 0) -> tuple[str, list[dict]]:
    """One figure by itself."""
    return f"| {size} | {what} | | | | {value:.{digits}f} {unit} |", [entry(size, what, value, unit)]


def entry(size: str, name: str, value: float, unit: str) -> dict:
    return {"name": f"serve/{size}/{name}", "value": value, "unit": unit, "peer": "baoxue"}


def merged(before: list[dict], fresh: list[dict]) -> list[dict]:
    """What other benchmarks found stays; what this one found before is replaced."""
    names = {each["name"] for each in fresh}
    return [each for each in before if each["name"] not in names] + fresh
