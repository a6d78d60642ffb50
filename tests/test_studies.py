"""Records that studies keep: of other code, evidence or options they are others."""

from pathlib import Path

import pytest
from dtoscore.inference import pipeline
from dtoscore.inference.fit import FitOptions
from dtoscore.studies import real_rounds, study_main
from dtoscore.studies.recovery_table import pooled
from rounds import TOTALS, write_full_round

MADE_OF = ("data/simulate.py", "data/assets/a.toml", "models/a.py", "inference/realize.py",
           "studies/study_task.py")  # fmt: skip


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of a few files, whose digest is asked for."""
    for name in (*MADE_OF, "studies/strained_report.py", "reports/page.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("first")
    monkeypatch.setattr(study_main, "ROOT", tmp_path)
    return tmp_path


def digest_after(package: Path, name: str) -> tuple[str, str]:
    """Digest before and after a file changes."""
    digests = []
    for text in ("first", "second"):
        (package / name).write_text(text)
        digests.append(study_main.code.__wrapped__())
    return digests[0], digests[1]


@pytest.mark.parametrize("name", MADE_OF)
def test_a_record_hangs_on_all_code_that_makes_it(package: Path, name: str) -> None:
    before, after = digest_after(package, name)
    assert before != after


@pytest.mark.parametrize(
    "name", ["studies/strained_report.py", "reports/page.py", "data/__pycache__/simulate.pyc"]
)
def test_a_record_does_not_hang_on_what_only_renders_it(package: Path, name: str) -> None:
    (package / name).parent.mkdir(exist_ok=True)
    before, after = digest_after(package, name)
    assert before == after


def test_files_that_write_pages_are_there(root: Path) -> None:
    assert {path.name for path in (root / "studies").glob("*.py")} >= study_main.WRITES_PAGES


def test_other_totals_or_another_rubric_make_another_record_of_both_fits(tmp_path: Path) -> None:
    folder = write_full_round(tmp_path / "2010")
    rubric = (folder / "rubric.toml").read_text()
    changes = {
        "as it was": {},
        "other totals": {"totals.csv": TOTALS.replace(",40,", ",41,")},
        "another rubric": {"rubric.toml": rubric.replace("weight = 1", "weight = 3")},
    }
    files = set()
    for files_changed in changes.values():
        write_full_round(folder)
        for name, text in files_changed.items():
            assert text != (folder / name).read_text()
            (folder / name).write_text(text)
        whole = pipeline.prepare(folder)
        for variant in real_rounds.VARIANTS:
            files.add(real_rounds.record_file(tmp_path, whole, variant, FitOptions()))
    assert len(files) == len(changes) * len(real_rounds.VARIANTS)


def test_a_page_counts_the_fits_of_each_commit() -> None:
    rows = [{"commit": name} for name in ("abc", "def", "abc")]
    assert pooled(rows) == "3 fits: 2 of commit abc, 1 of commit def"
