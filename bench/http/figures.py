"""Figures of the running server: entries of bench.json, and README's tables of them. Pure; prints and writes nothing."""

from statistics import median

# What is measured, in the table's order: what, unit, the aim (none where it asks for nothing), digits. An aim for
# what is done in a second, or for a share of something, is to be reached, every other is not to be passed.
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
    ("a register saved until others see it p50", "ms", None, 1),
    ("a register saved until others see it, most", "ms", 100, 1),
    ("registers at five times the connections", "of the goodput", 0.9, 2),
    ("registers opened at five times the connections", "of the goodput", 0.9, 2),
    ("registers opened at more connections than may wait", "of the goodput", 0.9, 2),
    ("of those turned away: told to come again later", "of the answers", 1, 2),
    ("import of 100,000 rows", "s", 30, 1),
    ("of it comparing", "s", None, 1),
    ("of it writing", "s", None, 1),
    ("others p99 before", "ms", None, 1),
    ("others p99 meanwhile", "ms", None, 1),
    ("others p99, times as long", "×", 2, 2),
    ("memory after the import", "MB", None, 0),
    ("a year report drafted", "s", 5, 2),
    ("a year report as PDF", "s", 5, 2),
]
UNITS = {what: unit for what, unit, _, _ in KINDS}
AIMS = {what: aim for what, _, aim, _ in KINDS}
# What is measured of a county with some school years of registers behind it, in the table's order: what, unit, digits.
# The first ones say how much there is; each of the others is a cost, and should stay what it is with one year.
SIZES = [
    ("pupils called", "", 0),
    ("sheets", "", 0),
    ("marks stored", "", 0),
    ("database", "MB", 0),
]
COSTS = [
    ("processor for a register submitted", "µs", 0),
    ("a register submitted p50", "ms", 1),
    ("processor for a register opened", "µs", 0),
    ("a register opened p50", "ms", 1),
    ("processor for a board of who has not called", "µs", 0),
    ("processor for a list of the absent", "µs", 0),
    ("processor for a child's file", "µs", 0),
    ("processor for a child's absences", "µs", 0),
    ("processor for the night's work", "s", 2),
]
POSTGRES = "-postgres"


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
    """One line for each kind, one column for each size, and one beside it where it was measured on PostgreSQL too; behind a
    figure stands its share of the aim."""
    by_name = {each["name"]: each for each in entries}
    sizes = [each for size in sizes for each in (size, size + POSTGRES)
             if each == size or any(name.startswith(f"serve/{each}/") for name in by_name)]
    heads = [f" {size.replace(POSTGRES, '')} children{', PostgreSQL' * size.endswith(POSTGRES)} |" for size in sizes]
    lines = ["| what | aim |" + "".join(heads), "|---|---|" + "---|" * len(sizes)]
    for what, unit, aim, digits in KINDS:
        found = [by_name.get(f"serve/{size}/{what}") for size in sizes]
        if any(found):
            cells = [cell(each, digits) for each in found]
            at_least = unit.endswith("/s") or unit.startswith("of ")
            bound = "" if aim is None else f"{'≥' if at_least else '≤'} {aim} {unit}"
            lines.append(f"| {what}, {unit} | {bound} | {' | '.join(cells)} |")
    return "\n".join(lines)


def cell(found: dict | None, digits: int) -> str:
    if found is None:
        return ""
    share = f" ({found['ratio']:.0%})" if "ratio" in found else ""
    return f"{found['value']:,.{digits}f}{share}"


def of_years(years: int, what: str, value: float) -> dict:
    """One figure of a county with so many school years of registers."""
    unit = {each: unit for each, unit, _ in SIZES + COSTS}[what]
    return {"name": f"years/{years}/{what}", "value": value, "unit": unit, "peer": "baoxue"}


def curve(entries: list[dict], years: list[int]) -> str:
    """One line for each kind, one column for each number of years; behind a cost stands how many times it is that of the
    first column."""
    by_name = {each["name"]: each["value"] for each in entries}
    heads = [f" {each} school year{'s' * (each > 1)} |" for each in years]
    lines = ["| what |" + "".join(heads), "|---|" + "---|" * len(years)]
    for what, unit, digits in SIZES + COSTS:
        found = [by_name.get(f"years/{each}/{what}") for each in years]
        if not any(found):
            continue
        is_cost, cells = (what, unit, digits) in COSTS, []
        for at, value in enumerate(found):
            times = f" (×{value / found[0]:.2f})" if is_cost and at and value is not None and found[0] else ""
            cells.append("" if value is None else f"{value:,.{digits}f}{times}")
        lines.append(f"| {what}{', ' * bool(unit)}{unit} | {' | '.join(cells)} |")
    return "\n".join(lines)


def merged(before: list[dict], fresh: list[dict]) -> list[dict]:
    """What other benchmarks found stays; what this one found before is replaced."""
    names = {each["name"] for each in fresh}
    return [each for each in before if each["name"] not in names] + fresh


def put(text: str, inner: str, part: str = "served") -> str:
    """A page of text whose part between the marks is what was measured last."""
    begin, end = f"<!-- {part}: begin", f"<!-- {part}: end -->"
    head, _, rest = text.partition(begin)
    mark, _, _ = rest.partition("\n")
    _, found, tail = rest.partition(end)
    if not found:
        raise ValueError(f"the text has no marks for the figures of {part}")
    return f"{head}{begin}{mark}\n\n{inner}\n\n{end}{tail}"
