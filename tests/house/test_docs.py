"""The docs hold together: every link leads somewhere, and decisions have one form and are listed."""

import re
from importlib.metadata import version

import pytest

from linkage_models.yardsticks.splink_parts import MEASURED
from tests.house.repository import ROOT, kept_files

PAGES = [path for path in kept_files(ROOT) if path.endswith(".md") and not path.startswith("linkage_models/")]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
HEADINGS = ["The question", "The decision", "Why, and what else was weighed", "What it costs"]
STATE = re.compile(r"State: (proposed|in force|replaced by)\b.*[.] Date: \d{4}-\d\d-\d\d\.")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_to_a_file_that_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text)
    assert [target for target in targets if not ((ROOT / page).parent / target).exists()] == []


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_decisions_have_one_form_and_are_listed(page: object) -> None:
    text = page.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    name: str = page.name  # type: ignore[attr-defined]
    assert text.startswith(f"# {name[:4]}: ")
    state = " ".join(text.split("\n\n")[1].split())
    assert STATE.match(state), state
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == HEADINGS
    assert f"({name})" in (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")


def test_what_conjoin_has_in_place_of_splinks_parts_was_measured_with_the_splink_installed() -> None:
    assert version("splink") == MEASURED, (
        "run `python -m linkage_models.yardsticks.splink_parts` with this version, then bring decision 0017 up to date"
    )
