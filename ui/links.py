"""Addresses of pages: one list of pages, and links that name what they show.

from ui import links

links.link("Evaluate this run", "evaluation", run=run.id)      # a link on the page
links.go("training", run=run.id)                               # leave for it at once
links.address("decisions", decision=record.id)                 # "/decisions?decision=dec_1"
st.page_link(links.to("data").page, label="Data")              # the pieces
"""

from typing import Literal, NamedTuple, NoReturn
from urllib.parse import urlencode

import streamlit as st
from streamlit.navigation.page import Page

from core.config import ROOT

PageName = Literal[
    "overview",
    "data",
    "training",
    "tuning",
    "evaluation",
    "explanation",
    "models",
    "scoring",
    "decisions",
]


class _Entry(NamedTuple):
    title: str
    icon: str


ENTRIES: dict[PageName, _Entry] = {
    "overview": _Entry("Overview", ":material/home:"),
    "data": _Entry("Data", ":material/table_view:"),
    "training": _Entry("Training", ":material/model_training:"),
    "tuning": _Entry("Tuning", ":material/tune:"),
    "evaluation": _Entry("Evaluation", ":material/query_stats:"),
    "explanation": _Entry("Explanation", ":material/lightbulb:"),
    "models": _Entry("Models", ":material/deployed_code:"),
    "scoring": _Entry("Scoring", ":material/person_search:"),
    "decisions": _Entry("Decisions", ":material/history_edu:"),
}
GROUPS: dict[str, tuple[PageName, ...]] = {
    "Prepare": ("overview", "data"),
    "Model": ("training", "tuning", "evaluation", "explanation", "models"),
    "Decide": ("scoring", "decisions"),
}


class Link(NamedTuple):
    """Where a link leads: the page, and the URL parameters that name the object in view."""

    page: Page
    query: dict[str, str]


def to(page: PageName, **query: object) -> Link:
    """Return the page and its URL parameters; parameters that are None are left out.

    `query` takes source, dataset, run, study, model, decision and row.
    """
    entry = ENTRIES[page]
    target = st.Page(
        ROOT / "pages" / f"{page}.py",
        title=entry.title,
        icon=entry.icon,
        url_path=page,
        default=page == "overview",
    )
    return Link(target, {name: str(value) for name, value in query.items() if value is not None})


def navigation() -> dict[str, list[Page]]:
    """Return the pages in their groups, as `st.navigation` takes them."""
    return {group: [to(name).page for name in names] for group, names in GROUPS.items()}


def link(label: str, page: PageName, *, icon: str | None = None, **query: object) -> None:
    """Draw a link to a page and the object it shows."""
    target = to(page, **query)
    st.page_link(target.page, label=label, icon=icon, query_params=target.query)


def go(page: PageName, **query: object) -> NoReturn:
    """Leave the running page for another one."""
    target = to(page, **query)
    st.switch_page(target.page, query_params=target.query)


def address(page: PageName, **query: object) -> str:
    """Return the path a browser shows, for link columns of tables and copied addresses.

    >>> address("decisions", decision="dec_1")
    '/decisions?decision=dec_1'
    """
    given = {name: value for name, value in query.items() if value is not None}
    path = "/" if page == "overview" else f"/{page}"
    return f"{path}?{urlencode(given)}" if given else path
