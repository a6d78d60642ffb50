"""Every kind of bad input gets a clear sentence: the file, the place, the value, the rule."""

import csv
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from dtoscore.data.errors import InputError
from dtoscore.data.readers import read_round
from dtoscore.tests.rounds import write_small_round

Spoil = Callable[[Path], None]


def problems_of(folder: Path) -> str:
    """What the user is told of a folder that is at fault."""
    with pytest.raises(InputError) as caught:
        read_round(folder)
    return str(caught.value)


def put(file: str, row: int, column: str, value: str) -> Spoil:
    """Change one cell; ``row`` is its line in the file. A column that is absent is added."""

    def spoil(folder: Path) -> None:
        lines = list(csv.reader((folder / file).read_text("utf-8").splitlines()))
        if column not in lines[0]:
            lines = [[*line, ""] for line in lines]
            lines[0][-1] = column
        lines[row - 1][lines[0].index(column)] = value
        with (folder / file).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(lines)

    return spoil


def drop(file: str, column: str) -> Spoil:
    """Remove a column."""

    def spoil(folder: Path) -> None:
        frame = pd.read_csv(folder / file, dtype=str, keep_default_na=False)
        frame.drop(columns=column).to_csv(folder / file, index=False)

    return spoil


def write(file: str, content: str | bytes) -> Spoil:
    """Replace a file."""
    raw = content if isinstance(content, bytes) else content.encode()
    return lambda folder: (folder / file).write_bytes(raw) and None


def append(file: str, text: str) -> Spoil:
    """Add lines to a file."""
    return lambda folder: write(file, (folder / file).read_text("utf-8") + text)(folder)


def swap(file: str, old: str, new: str) -> Spoil:
    """Replace text in a file."""

    def spoil(folder: Path) -> None:
        text = (folder / file).read_text("utf-8")
        assert old in text
        write(file, text.replace(old, new, 1))(folder)

    return spoil


def remove(file: str) -> Spoil:
    """Delete a file."""
    return lambda folder: (folder / file).unlink()


def all_of(*steps: Spoil) -> Spoil:
    """Do several things to one folder."""

    def spoil(folder: Path) -> None:
        for step in steps:
            step(folder)

    return spoil


RUBRIC = """\
id = "own"
[kinds.homicide]
weight = 1.0
[kinds.kidnapping]
weight = 0.5
[victim_classes.civilian]
multiplier = 2.0
"""
PRESENCE = "organization,region,from,to\n"
TOTALS = "series,region,period,from,to,count,count_low,count_high,attribution\n"
DECLARED = append("round.toml", '[totals.official]\ncapture = "0.9±0.05"\n')
R, O, S, T = "reports.csv", "organizations.csv", "sources.csv", "round.toml"

BAD: dict[str, tuple[Spoil, str, tuple[str, ...]]] = {
    # -- files as a whole
    "no round.toml": (remove(T), T, ("missing", "required")),
    "no reports": (remove(R), R, ("missing", "reports.parquet")),
    "no organizations": (remove(O), O, ("missing", "required")),
    "no sources": (remove(S), S, ("missing", "required")),
    "empty file": (write(R, ""), R, ("empty", "name the columns")),
    "header only": (write(O, "id,name\n"), O, ("no row below its header",)),
    "latin-1": (swap(O, "Los Zetas", "x"), O, ()),
    "wrong encoding": (write(O, "id,name\na,Cártel\n".encode("latin-1")), O, ("row 2", "0xe1", "UTF-8")),
    "UTF-16": (write(S, "id,name,type\n".encode("utf-16")), S, ("row 1", "UTF-8")),
    "NUL bytes": (write(S, b"id,name,type\na\0,b,press\n"), S, ("row 2", "NUL")),
    "toml in latin-1": (write(T, 'id = "á"'.encode("latin-1")), T, ("row 1", "UTF-8")),
    "ragged row": (append(O, "extra,row\n"), O, ("row 5", "2 cells", "header has 9")),
    "open quote": (append(O, '"open,quote\n'), O, ("CSV",)),
    "semicolons": (write(O, "id;name\na;A\n"), O, ("separated by commas",)),
    "column twice": (write(O, "id,name,name\na,A,A\n"), O, ("'name'", "more than once")),
    "nameless column": (write(O, "id,,name\na,A,A\n"), O, ("column 2", "no name")),
    "no Parquet": (all_of(remove(R), write("reports.parquet", "PAR0")), "reports.parquet", ("Parquet",)),
    "CSV and Parquet": (write("reports.parquet", "x"), R, ("reports.parquet", "keep one")),
    # -- round.toml
    "TOML error": (append(T, "period = \n"), T, ("no valid TOML", "line 8")),
    "TOML key twice": (append(T, 'id = "again"\n'), T, ("no valid TOML", "id")),
    "no id": (swap(T, "id =", "title2 ="), T, ("id is missing", "required")),
    "no window": (swap(T, "window =", "windov ="), T, ("window is missing", "'windov'", "did you mean 'window'")),
    "id with a path": (swap(T, '"2010-h1"', '"../up"'), T, ("id = '../up'", "must be an id")),
    "HTML in the title": (swap(T, "First half", "<script>x</script>"), T, ("title", "HTML")),
    "window backwards": (swap(T, "2010-04-01", "2011-04-01"), T, ("window", "ends before it starts")),
    "window of one day": (swap(T, ', "2010-06-30"]', "]"), T, ("window", "two days")),
    "window of no days": (swap(T, "2010-06-30", "2010-06-31"), T, ("window", "ISO day")),
    "history too late": (swap(T, "2010-01-01", "2010-05-01"), T, ("history", "2010-04-01")),
    "as_of too early": (swap(T, "2010-07-31", "2010-03-31"), T, ("as_of", "not be earlier")),
    "as_of no day": (swap(T, '"2010-07-31"', "20100731"), T, ("as_of = '20100731'", "ISO day")),
    "period unknown": (swap(T, '"month"', '"months"'), T, ("period = 'months'", "did you mean 'month'", "week, quarter")),
    "region set unknown": (swap(T, '["MX-SIN", "MX-CHH"]', '"US"'), T, ("regions = 'US'", "MX")),
    "region code unknown": (swap(T, '"MX-SIN"', '"MX-SNA"'), T, ("'MX-SNA'", "ISO 3166-2", "MX-SIN")),
    "region twice": (swap(T, '"MX-CHH"', '"MX-SIN"'), T, ("regions", "twice")),
    "no regions": (swap(T, '["MX-SIN", "MX-CHH"]', "[]"), T, ("regions", "list of ISO 3166-2 codes")),
    "risk limit": (append(T, "risk_limit = 1.5\n"), T, ("risk_limit = '1.5'", "below 0.5")),
    "risk limit in words": (append(T, 'risk_limit = "low"\n'), T, ("risk_limit = 'low'", "number")),
    "excluded stranger": (append(T, 'exclude = ["gulf"]\n'), T, ("exclude", "'gulf'", "organizations.csv")),
    "exclude no list": (append(T, 'exclude = "gulf"\n'), T, ("exclude", "list of texts")),
    "sequence": (append(T, "sequence = 0\n"), T, ("sequence", "between 1 and")),
    "redistribute": (append(T, 'redistribute = "no"\n'), T, ("redistribute", "true or false")),
    "misspelt setting": (append(T, "risklimit = 0.1\n"), T, ("'risklimit' is no setting", "did you mean 'risk_limit'")),
    "priors no table": (append(T, "priors = 3\n"), T, ("priors", "[priors]")),
    "capture of a series": (append(T, '[totals.official]\ncapture = "high"\n'), T, ("totals.official.capture", "mean±sd")),
    # -- organizations.csv
    "organization without id": (put(O, 2, "id", ""), O, ("row 2", "id ''", "required")),
    "organization without name": (put(O, 2, "name", ""), O, ("row 2", "name ''", "required")),
    "no name column": (drop(O, "name"), O, ("column 'name' is missing",)),
    "duplicate organization": (put(O, 3, "id", "sinaloa"), O, ("rows 2, 3", "'sinaloa'", "unique")),
    "same id in capitals": (put(O, 3, "id", "Sinaloa"), O, ("row 3", "'Sinaloa'", "unique")),
    "id with grammar": (put(O, 2, "id", "a|b"), O, ("row 2", "'a|b'", "must be an id")),
    "built-in id": (put(O, 3, "id", "other"), O, ("row 3", "'other'", "built in")),
    "called other": (put(O, 3, "aliases", "Other"), O, ("'juarez'", "'other'", "built in")),
    "HTML in a name": (put(O, 4, "name", "<b>Zetas</b>"), O, ("row 4", "name '<b>Zetas</b>'", "HTML")),
    "formula in a name": (put(O, 4, "name", "=HYPERLINK(1)"), O, ("row 4", "name '=HYPERLINK(1)'", "formula")),
    "formula in an alias": (put(O, 4, "aliases", "Zetas|@sum"), O, ("row 4", "alias '@sum'", "formula")),
    "control character": (put(O, 4, "name", "Zetas\x1b[31m"), O, ("row 4", r"Zetas\x1b", "control character")),
    "name without end": (put(O, 4, "name", "Z" * 300), O, ("row 4", "longer than 200")),
    "alias of two": (put(O, 3, "aliases", "Zetas"), O, ("'Zetas'", "juarez, zetas", "one organization")),
    "unknown parent": (put(O, 4, "parent", "golfo"), O, ("row 4", "parent 'golfo'", "Choices: sinaloa, juarez, zetas")),
    "own parent": (put(O, 4, "parent", "zetas"), O, ("row 4", "parent 'zetas'", "itself")),
    "cycle of parents": (
        all_of(put(O, 3, "parent", "zetas"), put(O, 4, "parent", "juarez")),
        O, ("cycle", "juarez -> zetas -> juarez"),
    ),
    "roll_up without parent": (put(O, 2, "roll_up", "true"), O, ("row 2", "roll_up", "needs a parent")),
    "roll_up in words": (put(O, 2, "roll_up", "maybe"), O, ("row 2", "roll_up 'maybe'", "true, yes")),
    "contender in words": (put(O, 2, "contender", "maybe"), O, ("row 2", "contender 'maybe'")),
    "relation unknown": (put(O, 2, "relation", "splinter"), O, ("row 2", "relation", "did you mean 'splinter_of'")),
    "disputed what": (put(O, 2, "disputed", "dates|names"), O, ("row 2", "disputed", "dates, parent")),
    "active_from no day": (put(O, 2, "active_from", "2010"), O, ("row 2", "active_from '2010'", "ISO day")),
    "active backwards": (put(O, 4, "active_to", "2009-01-01"), O, ("row 4", "active_to", "earlier than active_from")),
    # -- sources.csv
    "duplicate source": (put(S, 3, "id", "daily"), S, ("rows 2, 3", "'daily'", "unique")),
    "source without type": (put(S, 2, "type", ""), S, ("row 2", "type ''", "required")),
    "type unknown": (put(S, 2, "type", "newspaper"), S, ("row 2", "type 'newspaper'", "press")),
    "HTML in a source": (put(S, 2, "name", "<i>Daily"), S, ("row 2", "HTML")),
    "coverage unknown": (put(S, 2, "coverage", "attributed"), S, ("row 2", "did you mean 'attributed_only'")),
    "silence unknown": (put(S, 2, "silence", "loud"), S, ("row 2", "silence 'loud'", "informative, uninformative")),
    "published unknown": (put(S, 2, "published", "yes"), S, ("row 2", "published 'yes'", "known, unknown")),
    "published known, not given": (
        all_of(put(S, 2, "published", "known"), drop(R, "published")),
        R, ("published is empty", "'daily'"),
    ),
    "source's regions": (put(S, 2, "regions", "MX-SIN|MX-XXX"), S, ("row 2", "regions", "MX-SIN, MX-CHH")),
    "source's kinds": (put(S, 2, "kinds", "homicide|murder"), S, ("row 2", "kinds", "rubric")),
    "source backwards": (
        all_of(put(S, 2, "from", "2010-03-01"), put(S, 2, "to", "2010-02-01")),
        S, ("row 2", "to '2010-02-01'", "earlier than from"),
    ),
    "accuracy prior": (put(S, 2, "accuracy_prior", "high"), S, ("row 2", "accuracy_prior", "0.8±0.1")),
    "accuracy above one": (put(S, 2, "accuracy_prior", "1.2±0.1"), S, ("row 2", "accuracy_prior", "share")),
    # -- reports.csv
    "duplicate report": (put(R, 3, "report_id", "r1"), R, ("rows 2, 3", "report_id 'r1'", "unique")),
    "report without id": (put(R, 3, "report_id", ""), R, ("row 3", "report_id ''", "required")),
    "formula in an id": (put(R, 3, "report_id", "+1"), R, ("row 3", "formula")),
    "unknown source": (put(R, 3, "source", "weakly"), R, ("row 3", "source 'weakly'", "did you mean 'weekly'")),
    "no date column": (drop(R, "date"), R, ("column 'date' is missing",)),
    "misnamed column": (swap(R, "kind", "Kind"), R, ("column 'kind' is missing", "did you mean 'Kind'")),
    "date in another order": (put(R, 2, "date", "31/01/2010"), R, ("row 2", "date '31/01/2010'", "ISO day")),
    "date that is none": (put(R, 2, "date", "2010-02-30"), R, ("row 2", "date '2010-02-30'", "ISO day")),
    "date of another age": (put(R, 2, "date", "0210-02-03"), R, ("row 2", "1900 to 2099")),
    "future date": (put(R, 2, "date", "2031-01-01"), R, ("row 2", "date '2031-01-01'", "later than as_of, 2010-07-31")),
    "future end": (put(R, 2, "date_end", "2010-09-01"), R, ("row 2", "date_end", "later than as_of")),
    "end before start": (put(R, 2, "date_end", "2009-12-31"), R, ("row 2", "date_end", "earlier than date")),
    "published before it happened": (put(R, 2, "published", "2009-12-31"), R, ("row 2", "published", "earlier than date")),
    "unknown region": (put(R, 2, "region", "MX-SIM"), R, ("row 2", "region 'MX-SIM'", "did you mean 'MX-SIN'")),
    "region outside the round": (put(R, 2, "region", "MX-JAL"), R, ("row 2", "region 'MX-JAL'", "no region of this round")),
    "region by name": (put(R, 2, "region", "Sinaloa"), R, ("row 2", "region 'Sinaloa'", "MX-SIN, MX-CHH, MX")),
    "municipality elsewhere": (put(R, 2, "municipality", "08037"), R, ("row 2", "'08037'", "another state's")),
    "municipality by name": (put(R, 2, "municipality", "Culiacán"), R, ("row 2", "five digits")),
    "latitude": (put(R, 2, "latitude", "124.8"), R, ("row 2", "latitude '124.8'", "-90 to 90")),
    "longitude": (put(R, 2, "longitude", "W107"), R, ("row 2", "longitude 'W107'", "degrees")),
    "latitude alone": (put(R, 2, "latitude", "24.8"), R, ("row 2", "needs longitude")),
    "unknown kind": (put(R, 2, "kind", "homocide"), R, ("row 2", "kind 'homocide' is not in the rubric", "did you mean 'homicide'", "Choices: homicide, kidnapping")),
    "unknown class": (put(R, 2, "victim_class", "bystander"), R, ("row 2", "victim_class 'bystander'", "civilian")),
    "negative victims": (put(R, 2, "victims", "-3"), R, ("row 2", "victims '-3'", "whole number from 0")),
    "10^9 victims": (put(R, 2, "victims", "1000000000"), R, ("row 2", "victims '1000000000'", "to 100000")),
    "half a victim": (put(R, 2, "victims", "2.5"), R, ("row 2", "victims '2.5'", "whole number")),
    "victims in words": (put(R, 2, "victims", "several"), R, ("row 2", "victims 'several'", "whole number")),
    "victims not a number": (put(R, 2, "victims", "nan"), R, ("row 2", "victims 'nan'", "whole number")),
    "no victims": (put(R, 2, "victims", ""), R, ("row 2", "victims ''", "unless victims_low and victims_high")),
    "bounds crossed": (
        all_of(put(R, 2, "victims_low", "5"), put(R, 2, "victims_high", "2")),
        R, ("row 2", "victims_low '5'", "above victims_high"),
    ),
    "unknown organization": (put(R, 2, "attribution", "sinloa"), R, ("row 2", "'sinloa'", "organizations.csv", "did you mean 'sinaloa'")),
    "unknown in words": (put(R, 2, "attribution", "desconocido"), R, ("row 2", "'desconocido'", "organizations.csv")),
    "three sides": (put(R, 2, "attribution", "sinaloa><juarez><zetas"), R, ("row 2", "a rivalry has two sides")),
    "against itself": (put(R, 2, "attribution", "zetas><Los Zetas"), R, ("row 2", "both sides")),
    "set and rivalry": (put(R, 2, "attribution", "sinaloa|zetas><juarez"), R, ("row 2", "mixes with neither")),
    "empty side": (put(R, 2, "attribution", "sinaloa><"), R, ("row 2", "a side is empty")),
    "empty member": (put(R, 2, "attribution", "sinaloa|"), R, ("row 2", "a member of a set is empty")),
    "sides of no clash": (put(R, 2, "victims_by_side", "1><0"), R, ("row 2", "two sides, a><b")),
    "sides in words": (put(R, 9, "victims_by_side", "1 of 2"), R, ("row 9", "3><1")),
    "sides above the whole": (put(R, 9, "victims_by_side", "700><1"), R, ("row 9", "more than victims")),
    "status unknown": (put(R, 2, "status", "contests"), R, ("row 2", "did you mean 'contested'")),
    "version": (put(R, 2, "version", "final"), R, ("row 2", "version 'final'", "whole number")),
    "retracted in words": (put(R, 2, "retracted", "perhaps"), R, ("row 2", "retracted 'perhaps'")),
    "supersedes nothing": (put(R, 2, "supersedes", "r999"), R, ("row 2", "supersedes 'r999'", "no report_id")),
    "supersedes another's": (put(R, 2, "supersedes", "r2"), R, ("row 2", "supersedes 'r2'", "another source")),
    "supersedes itself": (put(R, 2, "supersedes", "r1"), R, ("row 2", "leads back")),
    "incident_id here and there": (put(R, 2, "incident_id", ""), R, ("row 2", "every row or on none")),
    "several sources, not linked": (drop(R, "incident_id"), R, ("incident_id", "several sources")),
    "precision unknown": (put(R, 2, "precision", "rough"), R, ("row 2", "exact, coarse")),
    "names of victims": (put(R, 2, "victim_name", "x"), R, ("'victim_name'", "names of persons")),
    "names in Spanish": (put(R, 2, "Nombre del periodista", "x"), R, ("'Nombre del periodista'", "names of persons")),
    "witnesses": (put(R, 2, "witness", "x"), R, ("'witness'", "names of persons")),
    "suspects": (put(R, 2, "suspect_1", "x"), R, ("'suspect_1'", "names of persons")),
    "leaders": (put(O, 2, "leader", "x"), O, ("'leader'", "names of persons")),
    # -- rubric.toml
    "rubric TOML error": (write("rubric.toml", "[kinds"), "rubric.toml", ("no valid TOML",)),
    "rubric without kinds": (write("rubric.toml", 'id = "x"'), "rubric.toml", ("kinds is missing",)),
    "rubric without id": (write("rubric.toml", RUBRIC[11:]), "rubric.toml", ("id is missing",)),
    "kind without weight": (write("rubric.toml", RUBRIC.replace("weight = 1.0", "")), "rubric.toml", ("kinds.homicide.weight is missing",)),
    "negative weight": (write("rubric.toml", RUBRIC.replace("1.0", "-1.0")), "rubric.toml", ("kinds.homicide.weight = '-1.0'", "at least 0")),
    "infinite weight": (write("rubric.toml", RUBRIC.replace("1.0", "inf")), "rubric.toml", ("weight = 'inf'",)),
    "all weights zero": (write("rubric.toml", RUBRIC.replace("1.0", "0").replace("0.5", "0")), "rubric.toml", ("above 0",)),
    "unit unknown": (write("rubric.toml", RUBRIC.replace("weight = 1.0", 'weight = 1.0\nunit = "deaths"')), "rubric.toml", ("unit = 'deaths'", "victims, incidents")),
    "multiplier in words": (write("rubric.toml", RUBRIC.replace("2.0", '"two"')), "rubric.toml", ("civilian.multiplier", "number")),
    "large event of five": (write("rubric.toml", RUBRIC + "[large_events]\nvictims = 5\n"), "rubric.toml", ("large_events.victims", "2, 4, 8")),
    "share above one": (write("rubric.toml", RUBRIC + "[evidence]\nmax_set_aside = 20\n"), "rubric.toml", ("max_set_aside", "at most 1")),
    "misspelt minimum": (write("rubric.toml", RUBRIC + "[evidence]\nmin_source = 2\n"), "rubric.toml", ("'min_source'", "did you mean 'min_sources'")),
    "HTML in a kind": (write("rubric.toml", RUBRIC.replace("weight = 1.0", 'weight = 1.0\ntitle.es = "<b>"')), "rubric.toml", ("title.es", "HTML")),
    # -- presence.csv, totals.csv
    "presence of a stranger": (write("presence.csv", PRESENCE + "gulf,MX-SIN,,\n"), "presence.csv", ("row 2", "'gulf'", "organizations.csv")),
    "presence nowhere": (write("presence.csv", PRESENCE + "zetas,MX-XXX,,\n"), "presence.csv", ("row 2", "'MX-XXX'")),
    "presence backwards": (write("presence.csv", PRESENCE + "zetas,MX-SIN,2010-02-01,2010-01-01\n"), "presence.csv", ("row 2", "earlier than from")),
    "undeclared series": (write("totals.csv", TOTALS + "official,MX-SIN,2010,,,5,,,\n"), "totals.csv", ("row 2", "'official'", "[totals.NAME]")),
    "total without a time": (all_of(DECLARED, write("totals.csv", TOTALS + "official,MX-SIN,,,,5,,,\n")), "totals.csv", ("row 2", "both from and to")),
    "total of month 13": (all_of(DECLARED, write("totals.csv", TOTALS + "official,MX-SIN,2010-13,,,5,,,\n")), "totals.csv", ("row 2", "2010-W05")),
    "total without count": (all_of(DECLARED, write("totals.csv", TOTALS + "official,MX-SIN,2010,,,,,,\n")), "totals.csv", ("row 2", "count ''")),
    "negative total": (all_of(DECLARED, write("totals.csv", TOTALS + "official,MX-SIN,2010,,,-5,,,\n")), "totals.csv", ("row 2", "count '-5'")),
    "total of a stranger": (all_of(DECLARED, write("totals.csv", TOTALS + "official,MX-SIN,2010,,,5,,,gulf\n")), "totals.csv", ("row 2", "'gulf'")),
}  # fmt: skip
del BAD["latin-1"]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_round(tmp_path_factory.mktemp("small"))


def test_there_are_at_least_forty_kinds() -> None:
    assert len(BAD) >= 40


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_gets_a_clear_sentence(kind: str, tmp_path: Path) -> None:
    spoil, file, words = BAD[kind]
    folder = write_small_round(tmp_path / "round")
    spoil(folder)
    told = problems_of(folder)
    sentences = [line for line in told.splitlines() if line.startswith(file)]
    assert any(all(word in line for word in words) for line in sentences), told
    assert "Traceback" not in told


def test_a_slip_in_one_cell_is_one_sentence(tmp_path: Path) -> None:
    folder = write_small_round(tmp_path / "round")
    put(R, 5, "kind", "homocide")(folder)
    assert len(problems_of(folder).splitlines()) == 1


def test_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    folder = write_small_round(tmp_path / "round")
    for spoil in (
        put(R, 2, "kind", "homocide"),
        put(R, 3, "victims", "-1"),
        put(R, 4, "date", "2010-13-01"),
        put(O, 2, "active_from", "soon"),
        put(S, 2, "coverage", "some"),
        swap(T, '"month"', '"day"'),
        write("rubric.toml", RUBRIC.replace("1.0", "-1.0")),
        write("presence.csv", PRESENCE + "gulf,MX-SIN,,\n"),
    ):
        spoil(folder)
    told = problems_of(folder).splitlines()
    files = {line.split()[0].rstrip(":") for line in told}
    assert files == {R, O, S, T, "rubric.toml", "presence.csv"}
    assert len([line for line in told if line.startswith(R)]) == 3


def test_the_same_slip_in_many_rows_is_one_sentence(tmp_path: Path) -> None:
    folder = write_small_round(tmp_path / "round")
    text = (folder / R).read_text("utf-8")
    write(R, text.replace(",homicide,", ",murder,"))(folder)
    told = problems_of(folder).splitlines()
    assert len(told) == 1
    assert "rows 2, 3, 4, 5, 6, 7 and" in told[0]


def test_an_empty_folder_names_all_that_is_missing(tmp_path: Path) -> None:
    told = problems_of(tmp_path)
    for file in (T, R, O, S):
        assert f"{file} is missing" in told


def test_no_folder_at_all(tmp_path: Path) -> None:
    assert "is no folder" in problems_of(tmp_path / "nowhere")
