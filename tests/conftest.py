"""The order of the whole suite."""

from pathlib import Path

import pytest

PAGES = Path(__file__).parent / "web"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The pages last, as one block: their rows are committed, and a test with transactions empties every table."""
    items.sort(key=lambda item: PAGES in item.path.parents)
