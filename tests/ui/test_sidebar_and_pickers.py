"""What is in view has an address, and the sidebar says what is in force and what runs."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.decision.policy import Policy
from core.decision.registration import register
from core.store.workspace import Workspace
from ui import links
from ui.components.pickers import _in_a_box

OpenPage = Callable[..., AppTest]


def test_the_picker_writes_the_address(seeded: Workspace, open_page: OpenPage) -> None:
    """Opened without a parameter, the page names what it shows in the URL."""
    (model,) = seeded.registry.models()
    at = open_page("models")
    assert at.query_params["model"] == model.id


def test_an_unknown_object_in_the_address_is_said(seeded: Workspace, open_page: OpenPage) -> None:
    """A link to something deleted shows another one and says so."""
    at = open_page("models", model="mod_gone")
    assert "There is no model mod_gone" in at.warning[0].value


@pytest.mark.parametrize(
    ("page", "asked", "said"),
    [
        ("data", {"view": "Nonsense"}, "There is no view Nonsense."),
        ("data", {"column": "zip_code"}, "There is no column zip_code."),
        ("data", {"source": "new", "reading": "abc"}, "There is no upload abc."),
        ("explanation", {"compared-with": "*all*"}, "There is no group to compare with \\*all\\*."),
    ],
)
def test_what_the_address_asks_for_in_vain_is_said_once(
    seeded: Workspace, open_page: OpenPage, page: links.PageName, asked: dict[str, str], said: str
) -> None:
    """Nonsense is not passed over in silence, and is gone from the address."""
    at = open_page(page, **asked)
    assert not at.exception
    assert [warning.value for warning in at.warning if said in warning.value]
    name = list(asked)[-1]
    assert at.query_params.get(name) != asked[name]
    at.run()
    assert not [warning.value for warning in at.warning if said in warning.value]


def test_the_sidebar_names_the_champion(seeded: Workspace, open_page: OpenPage) -> None:
    """It is the model that scoring and REST use."""
    at = open_page("decisions")
    assert [caption.value for caption in at.sidebar.caption] == ["Champion in force"]


def test_an_empty_sidebar_says_that_nothing_is_in_force(
    workspace: Workspace, open_page: OpenPage
) -> None:
    """Before the first publication there is no champion, and no job runs."""
    at = open_page("decisions")
    assert [caption.value for caption in at.sidebar.caption] == ["Champion in force: none yet"]


def test_the_sidebar_lists_what_runs(workspace: Workspace, open_page: OpenPage) -> None:
    """A job that waits or runs is in view on every page."""
    workspace.registry.submit("train", "Training", {})
    at = open_page("decisions")
    assert at.sidebar.caption[-1].value == "Running"


@pytest.mark.parametrize(
    ("page", "query", "address"),
    [
        ("overview", {}, "/"),
        ("evaluation", {"run": "run_1"}, "/evaluation?run=run_1"),
        ("explanation", {"model": "mod_1", "row": 5}, "/explanation?model=mod_1&row=5"),
        ("data", {"source": None}, "/data"),
    ],
)
def test_a_link_names_the_object(
    page: links.PageName, query: dict[str, object], address: str
) -> None:
    """Parameters that are None are left out."""
    assert links.address(page, **query) == address


def test_the_picker_shows_the_version_of_a_long_name(
    seeded: Workspace, open_page: OpenPage
) -> None:
    """A box cuts off the end of what it holds, so the name gives way."""
    (model,) = seeded.registry.models()
    name = "Applicants for a loan on a car of two years or more"
    long = register(seeded, model.run_id, name, Policy.from_json(model.policy))
    at = open_page("models", model=long.id)
    options = at.selectbox(key="pick-model").options
    assert "Applicants for a loan on a ca… · version 1" in options


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Second try", "Second try"),
        (
            "Trained on the loans of all car dealers in the south",
            "Trained on the loans of all car dealers i…",
        ),
        (
            "Short · and then what somebody wrote after a dot of their own",
            "Short · and then what somebody wrote afte…",
        ),
    ],
)
def test_a_name_that_is_cut_off_says_so(name: str, shown: str) -> None:
    """Whatever people call a run or a file."""
    assert _in_a_box(name) == shown
