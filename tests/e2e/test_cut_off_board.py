"""Moving the cut-off in a real browser: what is in sight at once, the address once it rests."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.config import Settings
from core.evaluation.cut_off import STEPS
from core.evaluation.intervals import confusion_intervals
from core.evaluation.metrics import confusion
from core.formatting import count, percent
from core.store.workspace import Workspace
from tests.core.evaluation.runs import predictions
from tests.pages.judged_runs import add_run, finish
from tests.serving import Server
from ui.cut_off_words import words_of

pytestmark = pytest.mark.browser

OTHER = 5
"""Seed of the other run."""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the evaluation page of two runs whose policies decline from 30 %."""
    home = tmp_path_factory.mktemp("judged") / "home"
    workspace = Workspace.open(Settings.from_environment({"LENDLENS_HOME": str(home)}))
    finish(workspace, add_run(workspace, "Other run"), predictions(seed=OTHER))
    finish(workspace, add_run(workspace))
    workspace.close()
    server = Server(home).start()
    yield f"{server.url}/evaluation"
    server.stop()


def test_the_board_moves_without_the_server(judged: str, page: Page) -> None:
    """With every message held back, each word in sight still says what counting the rows says."""
    slider = _open(page, judged)
    page.evaluate("WebSocket.prototype.send = () => {}")
    for _ in range(5):
        slider.press("ArrowRight")
    _stands_at(page, 305)
    assert "cut_off" not in page.url


@pytest.mark.parametrize(
    ("key", "step"),
    [
        ("ArrowLeft", 299),
        ("ArrowUp", 301),
        ("PageUp", 310),
        ("PageDown", 290),
        ("Home", 0),
        ("End", STEPS),
    ],
)
def test_keys(judged: str, page: Page, key: str, step: int) -> None:
    """A tenth of a percent, a percent, and both ends."""
    _open(page, judged).press(key)
    _stands_at(page, step)
    expect(page).to_have_url(re.compile(rf"cut_off={step / 10:g}(&|$)"))


def test_rest_writes_the_address_and_a_refresh_shows_the_same(judged: str, page: Page) -> None:
    """A pointer lets go at 60 %; whoever opens the address sees that."""
    slider = _open(page, judged)
    box = slider.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 6 + 0.6 * (box["width"] - 12), box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile(r"cut_off=(59\.9|60|60\.1)(&|$)"))
    step = round(10 * float(slider.input_value()))
    page.reload()
    _stands_at(page, step)


def test_back_to_the_policy(judged: str, page: Page) -> None:
    """The button puts everything back and empties the address; there it has nothing to do."""
    slider = _open(page, f"{judged}?cut_off=60")
    _stands_at(page, 600)
    button = page.get_by_role("button", name="Back to 30.0")
    button.click()
    _stands_at(page, 300)
    expect(page).not_to_have_url(re.compile("cut_off"))
    expect(button).to_be_disabled()
    expect(slider).to_be_focused()


def test_the_browsers_own_way_back(judged: str, page: Page) -> None:
    """Going back in the history goes back to the cut-off before."""
    slider = _open(page, judged)
    slider.press("PageUp")
    expect(page).to_have_url(re.compile("cut_off=31(&|$)"))
    page.go_back()
    _stands_at(page, 300)


def test_what_is_open_below_follows(judged: str, page: Page) -> None:
    """Once the slider rests, an open shelf and the data of a picture are those of its cut-off."""
    slider = _open(page, judged)
    page.get_by_text("Decisions of all models at this cut-off").click()
    expect(page.get_by_text(re.compile(r"All at the cut-off 30\.0"))).to_be_visible()
    slider.press("PageUp")
    expect(page.get_by_text(re.compile(r"All at the cut-off 31\.0"))).to_be_visible()
    _stands_at(page, 310)


def test_the_rerun_leaves_the_board_as_it_is(judged: str, page: Page) -> None:
    """The same elements stand there before and after, and no position is drawn twice."""
    slider = _open(page, judged)
    page.evaluate(
        """() => {
            window.before = document.querySelector('.figures dd');
            window.titles = [];
            const title = document.querySelector('[data-slot=finding_distribution]');
            new MutationObserver(() => window.titles.push(title.innerText))
                .observe(title, {childList: true, characterData: true, subtree: true});
        }"""
    )
    slider.press("PageUp")
    slider.press("PageUp")
    expect(page).to_have_url(re.compile("cut_off=32(&|$)"))
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    _stands_at(page, 320)
    assert page.evaluate("window.before.isConnected")
    titles = page.evaluate("window.titles")
    assert len(titles) == len(set(titles)) <= 2


def test_another_run_brings_its_own_positions(judged: str, page: Page) -> None:
    """Nothing of the run before is left, neither where the slider stands nor where it goes."""
    slider = _open(page, judged)
    slider.press("PageUp")
    expect(page).to_have_url(re.compile("cut_off=31(&|$)"))
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    box = page.get_by_role("combobox", name="Run")
    box.press_sequentially("Other")
    expect(page.get_by_role("option")).to_have_count(1)
    box.press("Enter")
    _stands_at(page, 310, seed=OTHER)
    page.get_by_role("slider", name="Decline from").press("PageUp")
    _stands_at(page, 320, seed=OTHER)


def test_leaving_the_page_and_coming_back(judged: str, page: Page) -> None:
    """The board is built anew and moves as before."""
    _open(page, judged).press("PageUp")
    expect(page).to_have_url(re.compile("cut_off=31(&|$)"))
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Models").click()
    expect(page.get_by_role("heading", name="Models", level=1)).to_be_visible()
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Evaluation").click()
    _stands_at(page, 300)
    page.get_by_role("slider", name="Decline from").press("PageUp")
    _stands_at(page, 310)
    expect(page).to_have_url(re.compile("cut_off=31(&|$)"))


def test_screen_readers_hear_the_position_and_at_rest_the_sentence(judged: str, page: Page) -> None:
    """The slider says a percentage, not a bare number."""
    slider = _open(page, judged)
    slider.press("PageUp")
    expect(slider).to_have_attribute("aria-valuetext", percent(0.31))
    expect(page.locator(".cut-off-part [role=status]")).to_have_text(
        re.compile("Declining from 31.0.% on would approve")
    )


def test_going_on_to_something_else_tells_the_server_later(judged: str, page: Page) -> None:
    """Not while a click may be leading to another page, but in the end."""
    slider = _open(page, judged)
    slider.press("ArrowRight")
    slider.blur()
    page.wait_for_timeout(600)
    assert "cut_off=" not in page.url
    expect(page).to_have_url(re.compile(r"cut_off=30\.1"))


def test_a_move_is_not_told_while_the_server_may_be_at_the_next_page(
    judged: str, page: Page
) -> None:
    """It is told once the server has come to rest on this page."""
    slider = _open(page, judged)
    app = page.get_by_test_id("stApp")
    app.evaluate("it => it.dataset.testScriptState = 'running'")
    slider.press("ArrowRight")
    page.wait_for_timeout(600)
    assert "cut_off=" not in page.url
    app.evaluate("it => it.dataset.testScriptState = 'notRunning'")
    expect(page).to_have_url(re.compile(r"cut_off=30\.1"))


@pytest.mark.parametrize("step", [0, 300, STEPS])
def test_nothing_is_cut_off_on_a_phone(judged: str, browser: Browser, step: int) -> None:
    """At 420 pixels the page does not scroll sideways, wherever the slider stands."""
    context = browser.new_context(viewport={"width": 420, "height": 900})
    page = context.new_page()
    _open(page, f"{judged}?cut_off={step / 10:g}")
    _stands_at(page, step)
    inside = page.evaluate(
        """() => [...document.querySelectorAll('.cut-off-part *')].every(each => {
            const box = each.getBoundingClientRect();
            return !box.width || each.role === 'status' || (box.left >= 0 && box.right <= 420);
        })"""
    )
    assert inside
    context.close()


def _open(page: Page, address: str) -> Locator:
    page.goto(address)
    slider = page.get_by_role("slider", name="Decline from a default probability of")
    expect(slider).to_be_visible()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    slider.focus()
    return slider


def _stands_at(page: Page, step: int, seed: int = 0) -> None:
    """Every slot of every part says what core says of the decisions at that step."""
    test = predictions(seed=seed).query("part == 'test'")
    found = confusion(test["y"], test["network"], step / STEPS)
    words = words_of(found, confusion_intervals(found)) | {"cut_off": percent(step / STEPS)}
    expect(page.get_by_role("slider", name="Decline from")).to_have_value(f"{step / 10:g}")
    for name in ("cut_off", "outcome", "finding_distribution", "recall", "f1_detail", "tp_share"):
        slots = page.locator(f".cut-off-part [data-slot={name}]")
        expect(slots.first).to_have_text(re.sub("<.*?>", "", words[name]))
    shown = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.cut-off-part [data-slot]')]
            .map(each => [each.dataset.slot, each.innerHTML]))"""
    )
    plain = {name: text.replace("&nbsp;", "\xa0") for name, text in shown.items()}
    assert plain == {name: text for name, text in words.items() if not name.endswith("_fill")}
    assert plain["tp"] == count(found.tp)
