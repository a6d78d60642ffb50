"""What all tests share: where the code is, where the real data may be."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that sample for real come first: begun last, one is waited for by all the others."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def root() -> Path:
    """Root of the repository, which is also the package's folder."""
    return ROOT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real data sets, which may not be redistributed."""
    folder = Path(os.environ.get("DTOSCORE_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data: {folder} is absent (set DTOSCORE_DATA)")
    return folder


@pytest.fixture
def hears_ctrl_c() -> Iterator[None]:
    """Let what a test starts hear Ctrl-C, which children of a shell's background job ignore."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
