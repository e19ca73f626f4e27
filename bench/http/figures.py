"""Figures of the running server: entries of bench.json, and README's table of them. Pure; prints and writes nothing."""

from statistics import median

# What is measured, in the table's order: what, unit, the aim (none where it asks for nothing), digits. An aim for
# what is done in a second is to be reached, every other is not to be passed.
KINDS = [
    ("start to /readyz", "ms", 150, 0),
    ("the night's work at the start", "s", None, 1),
    ("memory when idle", "MB", 60, 0),
    ("lists p50", "ms", 5, 1),
    ("lists p99", "ms", 30, 1),
    ("files p50", "ms", 5, 1),
    ("files p99", "ms", 30, 1),
    ("lists a second", "pages/s", None, 0),
    ("files a second", "pages/s", None, 0),
    ("processor for a list", "µs", None, 0),
    ("processor for a file", "µs", None, 0),
    ("lists, people p50", "ms", None, 1),
    ("lists, people p99", "ms", None, 1),
    ("files, people p50", "ms", None, 1),
    ("files, people p99", "ms", None, 1),
    ("memory after load", "MB", None, 0),
    ("a list, cold", "KB", 60, 1),
    ("a list, cold: requests", "requests", 6, 0),
    ("a file, cold", "KB", 60, 1),
    ("a file, cold: requests", "requests", 6, 0),
    ("registers a second", "registers/s", 1500, 0),
    ("a register submitted p50", "ms", None, 1),
    ("a register submitted p99", "ms", 50, 1),
    ("registers opened a second", "pages/s", 3000, 0),
    ("a register opened p50", "ms", None, 1),
    ("boards of who has not called a second", "pages/s", 2000, 0),
    ("lists of the absent a second", "pages/s", 300, 0),
    ("memory after the morning", "MB", 64, 0),
    ("import of 100,000 rows", "s", 30, 1),
    ("of it comparing", "s", None, 1),
    ("of it writing", "s", None, 1),
    ("others p99 before", "ms", None, 1),
    ("others p99 meanwhile", "ms", None, 1),
    ("others p99, times as long", "×", 2, 2),
    ("memory after the import", "MB", None, 0),
]
UNITS = {what: unit for what, unit, _, _ in KINDS}
AIMS = {what: aim for what, _, aim, _ in KINDS}


def entry(size: str, what: str, values: list[float]) -> dict:
    """One figure: the median of what was measured, and how much of the aim it takes."""
    value = median(values)
    found = {"name": f"serve/{size}/{what}", "value": value, "unit": UNITS[what], "peer": "baoxue"}
    if AIMS[what] is not None:
        found |= {"aim": AIMS[what], "ratio": value / AIMS[what]}
    return found


def loads(size: str, what: str, runs: list) -> list[dict]:
    """Runs of one kind of page under load, as wrk counted them."""
    return [entry(size, f"{what} p50", [run.p50 for run in runs]), entry(size, f"{what} p99", [run.p99 for run in runs])]


def table(entries: list[dict], sizes: list[str]) -> str:
    """One line for each kind, one column for each size; behind a figure stands its share of the aim."""
    by_name = {each["name"]: each for each in entries}
    lines = ["| what | aim |" + "".join(f" {size} children |" for size in sizes), "|---|---|" + "---|" * len(sizes)]
    for what, unit, aim, digits in KINDS:
        found = [by_name.get(f"serve/{size}/{what}") for size in sizes]
        if any(found):
            cells = [cell(each, digits) for each in found]
            bound = "" if aim is None else f"{'≥' if unit.endswith('/s') else '≤'} {aim} {unit}"
            lines.append(f"| {what}, {unit} | {bound} | {' | '.join(cells)} |")
    return "\n".join(lines)


def cell(found: dict | None, digits: int) -> str:
    if found is None:
        return ""
    share = f" ({found['ratio']:.0%})" if "ratio" in found else ""
    return f"{found['value']:,.{digits}f}{share}"


def merged(before: list[dict], fresh: list[dict]) -> list[dict]:
    """What other benchmarks found stays; what this one found before is replaced."""
    names = {each["name"] for each in fresh}
    return [each for each in before if each["name"] not in names] + fresh


def put(text: str, inner: str) -> str:
    """A page of text whose part between the marks is what was measured last."""
    begin, end = "<!-- served: begin", "<!-- served: end -->"
    head, _, rest = text.partition(begin)
    mark, _, _ = rest.partition("\n")
    _, found, tail = rest.partition(end)
    if not found:
        raise ValueError("the text has no marks for the server's figures")
    return f"{head}{begin}{mark}\n\n{inner}\n\n{end}{tail}"
