"""A small valid round folder, the same every time, for tests to read and to spoil."""

import csv
import datetime as dt
from pathlib import Path

SETTINGS = """\
id = "2010-h1"
title = "First half of 2010"
window = ["2010-04-01", "2010-06-30"]
history = "2010-01-01"
as_of = "2010-07-31"
period = "month"
regions = ["MX-SIN", "MX-CHH"]
"""
ORGANIZATIONS = """\
id,name,aliases,active_from,active_to,parent,relation,roll_up,contender
sinaloa,Sinaloa Cartel,Cartel de Sinaloa|Pacific Cartel,,,,,false,true
juarez,Juarez Cartel,,,,,,false,true
zetas,Los Zetas,Zetas,2010-02-01,,,splinter_of,false,true
"""
SOURCES = """\
id,name,type,group,coverage,silence
daily,The Daily,press,,all,informative
weekly,The Weekly,press,,all,informative
court,Court Files,adjudicated,,attributed_only,informative
"""
RUBRIC = """\
id = "own"
[kinds.homicide]
weight = 1.0
[kinds.kidnapping]
weight = 0.5
[victim_classes.civilian]
multiplier = 2.0
"""
PRESENCE = """\
organization,region,from,to
zetas,MX-SIN,2010-02-01,
"""
MAPPINGS = """\
name,organization,probability,from,to
The Company,zetas,0.75,,2010-03-31
The Company,juarez,0.25,,2010-03-31
The Company,zetas,1,2010-04-01,
"""
RIVALRIES = """\
organization,other,weight,from,to
sinaloa,Zetas,3,,
juarez,zetas,1,2010-03-01,2010-12-31
"""
EVENTS = """\
date,type,organization,region
2010-04-10,announcement,,
2010-05-01,enforcement,Zetas,MX-SIN
"""
COVARIATES = """\
name,region,source,value
press-freedom,MX-SIN,daily,2
press-freedom,MX-CHH,daily,5.5
distance,MX-SIN,,-1e1
distance,MX-CHH,,40
"""
TOTALS = """\
series,region,period,from,to,kind,count,count_low,count_high,unit,attribution
official,MX-SIN,2010-05,,,homicide,40,,,victims,
"""
SERIES = """\
[totals.official]
capture = "0.9±0.05"
"""
COLUMNS = (
    "report_id",
    "source",
    "date",
    "region",
    "kind",
    "victim_class",
    "victims",
    "attribution",
    "victims_by_side",
    "published",
    "incident_id",
)
SAID = ("sinaloa", "juarez", "zetas", "", "sinaloa><juarez", "juarez|zetas", "Los Zetas", "other")


def write_small_round(folder: Path) -> Path:
    """Write 3 organizations, 3 sources, 2 regions, 6 months and about 30 reports."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("round.toml", SETTINGS),
        ("organizations.csv", ORGANIZATIONS),
        ("sources.csv", SOURCES),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    with (folder / "reports.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_reports())
    return folder


def write_full_round(folder: Path) -> Path:
    """Write the small round and every optional table beside it."""
    write_small_round(folder)
    for name, text in (
        ("round.toml", SETTINGS + SERIES),
        ("rubric.toml", RUBRIC),
        ("presence.csv", PRESENCE),
        ("mappings.csv", MAPPINGS),
        ("rivalries.csv", RIVALRIES),
        ("events.csv", EVENTS),
        ("covariates.csv", COVARIATES),
        ("totals.csv", TOTALS),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _reports() -> list[tuple[object, ...]]:
    """Twenty incidents; every second one is told by two sources, each fourth of those by court."""
    rows: list[tuple[object, ...]] = []
    for number in range(20):
        day = dt.date(2010, 1, 3) + dt.timedelta(days=9 * number)
        said = SAID[number % len(SAID)]
        victims = (1, 2, 1, 3, 1, 1, 9)[number * number % 7]
        sources = ["daily", "weekly"] if number % 2 == 0 else ["daily"]
        if number % 8 == 0:
            sources.append("court")
        for source in sources:
            by_side = f"{victims - 1}><1" if said == "sinaloa><juarez" else ""
            rows.append(
                (
                    f"r{len(rows) + 1}",
                    source,
                    day,
                    ("MX-SIN", "MX-CHH")[number % 2],
                    "kidnapping" if number % 7 == 6 else "homicide",
                    "civilian",
                    victims,
                    said,
                    by_side,
                    day + dt.timedelta(days=2),
                    f"i{number + 1}",
                )
            )
    return rows
