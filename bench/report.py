"""Figures as lines of README's table and as entries of bench.json. Pure; prints and writes nothing."""

HEAD = """\
| children | data | tool | wall s | peak MB | pair F1 | not on roll: precision / recall | left to a person |
|---|---|---|---|---|---|---|---|"""

UNITS = {"wall": "s", "peak": "MB"}


def line(size: str, data: str, tool: str, figures: dict[str, float], own: dict[str, float]) -> str:
    """One line; behind seconds and megabytes of a peer stands how many times baoxue's own they are."""
    cells = [size, data, tool]
    for name, digits in {"wall": 2, "peak": 0}.items():
        cell = f"{figures[name]:.{digits}f}" if name in figures else ""
        cells.append(cell if figures is own or not cell else f"{cell} (×{figures[name] / own[name]:.2g})")
    if "pair_f1" in figures:
        cells += [
            f"{figures['pair_f1']:.4f}",
            f"{figures['missing_precision']:.3f} / {figures['missing_recall']:.4f}",
            f"{figures['review']:.2%}",
        ]
    else:
        cells += ["", "", ""]
    return f"| {' | '.join(cells)} |"


def entries(size: str, data: str, tool: str, figures: dict[str, float], own: dict[str, float]) -> list[dict]:
    """`{name, value, unit, peer}` for each figure, and for each ratio to baoxue's own."""
    found = [
        {"name": f"compare/{size}/{data}/{name}", "value": value, "unit": UNITS.get(name, "share"), "peer": tool}
        for name, value in figures.items()
    ]
    if figures is not own:
        found += [
            {"name": f"compare/{size}/{data}/{name}/ratio", "value": figures[name] / own[name], "unit": "times baoxue",
             "peer": tool}
            for name in UNITS if name in figures
        ]
    return found
