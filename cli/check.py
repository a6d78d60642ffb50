"""The command that validates a round folder, without a fit."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..data.errors import InputError
from .arguments import AsJson, RoundFolder
from .failures import INPUT_AT_FAULT

if TYPE_CHECKING:
    import pandas as pd

    from ..data.evidence import Evidence
    from ..data.rounds import Round


def check(round_folder: RoundFolder, as_json: AsJson = False) -> None:
    """Validate only: every problem of every file in one pass.

    Example: `dtoscore check 2023-q4`
    """
    try:
        round_, evidence = _checked(round_folder)
    except InputError as fault:
        if not as_json:
            raise
        _print_json({"valid": False, "problems": list(fault.problems)})
        raise typer.Exit(INPUT_AT_FAULT) from None
    if as_json:
        _print_json(_document(round_, evidence))
    else:
        typer.echo("\n".join(_sentences(round_, evidence)))


def _checked(folder: Path) -> "tuple[Round, Evidence]":
    from ..data.tabulate import tabulate
    from ..models.reading import read

    round_, _ = read(folder)
    return round_, tabulate(round_)


def _print_json(value: dict[str, object]) -> None:
    typer.echo(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False))


def _document(round_: "Round", evidence: "Evidence") -> dict[str, object]:
    said: dict[str, object] = {
        "valid": True,
        "simulated": round_.is_simulated,
        "set_aside": _aside(evidence) | _totals_aside(evidence),
        "notes": _notes(round_, evidence),
        "contender_ids": list(round_.contenders()),
    }
    return said | _counts(round_, evidence)


def _sentences(round_: "Round", evidence: "Evidence") -> list[str]:
    from ..data.problems import counted, listed
    from ..data.rounds import INVENTED

    counts = _counts(round_, evidence).items()
    number = ", ".join(counted(n, what.removesuffix("s")) for what, n in counts)
    lost = _totals_aside(evidence).items()
    return [
        *([INVENTED] if round_.is_simulated else []),
        f"{round_.folder} is valid: {number}.",
        f"Contenders: {listed(round_.contenders())}.",
        *(f"Set aside: {counted(n, 'report')}, {why}." for why, n in _aside(evidence).items()),
        *(f"Set aside: {counted(n, 'row')} of totals.csv, {why}." for why, n in lost),
        *_notes(round_, evidence),
    ]


def _counts(round_: "Round", evidence: "Evidence") -> dict[str, int]:
    totals = {} if evidence.aggregates is None else {"totals": len(evidence.aggregates)}
    return {
        "reports": len(round_.reports),
        "incidents": len(evidence.incidents),
        "sources": len(round_.sources),
        "contenders": len(round_.contenders()),
    } | totals


def _notes(round_: "Round", evidence: "Evidence") -> list[str]:
    from ..data.doubts import doubts

    return [*_added_up(evidence), *round_.notes, *doubts(round_, evidence)]


def _added_up(evidence: "Evidence") -> list[str]:
    """Say that several rows are read as one total, where some are."""
    from ..data.problems import counted

    found = evidence.aggregates
    rows = 0 if found is None else int(found.table["rows"].map(len).sum())
    if found is None or rows == len(found):
        return []
    why = "those of one series, place, class and attribution that share days are added up"
    return [f"{rows} rows of totals.csv are read as {counted(len(found), 'total')}: {why}."]


def _aside(evidence: "Evidence") -> dict[str, int]:
    """Count the reports that cannot be used, by reason."""
    return _by_reason(evidence.set_aside)


def _totals_aside(evidence: "Evidence") -> dict[str, int]:
    """Count the totals that cannot be used, by reason."""
    found = evidence.aggregates
    return {} if found is None or found.set_aside.empty else _by_reason(found.set_aside)


def _by_reason(frame: "pd.DataFrame") -> dict[str, int]:
    return {str(reason): int(n) for reason, n in frame.groupby("reason").size().items()}
