"""After a demo, the Dagster UI in a real browser shows the asset graph and the finished night."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect, sync_playwright

from pipelines.definitions import CODE_LOCATION
from tests.browser.chromium import FLAGS, find
from tests.browser.webserver import asset_names, serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE_MILLISECONDS = 60_000


def environment(home: Path) -> dict[str, str]:
    """This process's environment, with the product's and Dagster's data in `home`."""
    return {**os.environ, "CONJOIN_HOME": str(home), "DAGSTER_HOME": str(home.with_name("home-dagster"))}


@pytest.fixture(scope="module")
def chromium() -> str:
    """A browser; where there is none the tests are skipped, but under CI they fail."""
    found = find()
    if found:
        return found
    sentence = "no Chromium on this machine: `make setup-browser` installs one"
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)


@pytest.fixture(scope="module")
def address(chromium: str, night_one: Path) -> Iterator[str]:
    """Where the UI is served, for data on which the demo has just been run."""
    with serve(environment(night_one), night_one.with_name("webserver.log")) as served_at:
        yield served_at


@pytest.fixture
def page(chromium: str, address: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty tab; when the test fails, a picture of what it showed is kept."""
    failed_before = request.session.testsfailed
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=chromium, args=FLAGS) as browser:
        # The graph is laid out in the page, and only what is in view is drawn: a page this large shows every asset.
        tab = browser.new_page(base_url=address, viewport={"width": 2400, "height": 1600})
        tab.set_default_timeout(PATIENCE_MILLISECONDS)
        yield tab
        if request.session.testsfailed > failed_before:
            picture = tab.screenshot(path=tmp_path / "failed.png")
            sys.stdout.write(f"What the browser showed ({len(picture)} bytes): {tmp_path / 'failed.png'}\n")


def test_the_asset_graph_shows_every_asset(page: Page, address: str) -> None:
    names = asset_names(address)
    assert names
    page.goto("/asset-groups")
    page.get_by_role("button", name="Materialize all").wait_for()
    page.keyboard.press("Alt+e")
    for name in names:
        expect(page.get_by_text(name, exact=True).first).to_be_visible(timeout=PATIENCE_MILLISECONDS)


def test_the_run_list_shows_the_finished_night(page: Page) -> None:
    page.goto("/runs")
    page.get_by_role("link", name="nightly").first.wait_for()
    expect(page.get_by_text("Success", exact=True).first).to_be_visible()
    page.get_by_role("link", name="View", exact=True).first.click()
    expect(page.get_by_text("Errored (0)")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    expect(page.get_by_text("RUN_SUCCESS").first).to_be_visible(timeout=PATIENCE_MILLISECONDS)


def without_scheduled_times(route: Route) -> None:
    """Answer the page's question which runs the schedules will start with: none."""
    if "FutureTicksQuery" in (route.request.post_data or ""):
        workspace = {"__typename": "Workspace", "id": "Workspace", "locationEntries": []}
        route.fulfill(json={"data": {"workspaceOrError": workspace}})
    else:
        route.fallback()


def test_a_night_that_the_command_line_ran_is_listed_under_its_job_and_in_the_timeline(page: Page) -> None:
    page.goto(f"/locations/{CODE_LOCATION}/jobs/nightly/runs")
    run = page.get_by_role("link", name="View", exact=True).get_attribute("href")
    assert run
    expect(page.get_by_text("Success", exact=True).first).to_be_visible()
    # Shortly before the scheduled hour the page draws the scheduled run over the finished one.
    page.route("**/graphql*", without_scheduled_times)
    page.goto("/timeline")
    row = page.locator("[class*=timelineRow]").filter(has=page.get_by_role("link", name="nightly"))
    # Its left edge: the line of the present moment is drawn over a run that has just ended.
    row.locator("[class*=runChunk] [aria-haspopup=menu]").hover(position={"x": 1, "y": 1})
    expect(page.locator(f"a[href='{run}']")).to_be_visible()


def test_the_runs_page_shows_what_each_stage_logs(page: Page) -> None:
    page.goto("/runs")
    page.get_by_role("link", name="View", exact=True).first.click()
    for said in ("pnc landed in load", "candidate pairs to score", "subjects published in"):
        page.get_by_placeholder("Filter…").fill(said)
        expect(page.get_by_text(re.compile(said)).first).to_be_visible(timeout=PATIENCE_MILLISECONDS)
