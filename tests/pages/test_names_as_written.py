"""Names of columns, values and files that hold Markdown, HTML or formulas stay plain text."""

import re

import pytest

from core.data import catalog

HEADER = "**zqage**,:red[zqincome],$zqrent$ $,[zqlink](http://zq.example),status"
ROWS = [
    f"{n % 40 + 20},{n * 10 if n % 5 else ''},{'~~zqa~~' if n % 3 else '<b>zqb</b>'},"
    f"{n % 7},{'bad' if n % 4 == 0 else 'good'}"
    for n in range(120)
]
RAW = "\n".join([HEADER, *ROWS]).encode()

READ_AS_MARKUP = re.compile(
    r"(?<!\\)\*\*zq|(?<!\\):red\[zq|(?<!\\)\$zq|(?<!\\)~~zq|\]\(http|(?<!\\)<b>zq"
)


def shown(at) -> list[str]:
    """Everything on the page that Streamlit reads as Markdown."""
    kinds = (at.markdown, at.caption, at.subheader, at.error, at.warning, at.info, at.success)
    figures = [text for each in at.metric for text in (each.label, each.value, each.delta)]
    labels = [each.label for each in (*at.expander, *at.button, *at.text_input, *at.number_input)]
    return [*(str(each.value) for kind in kinds for each in kind), *figures, *labels]


def misread(at) -> list[str]:
    """Texts of which Markdown would make something else."""
    assert not at.exception
    return [text for text in shown(at) if text and READ_AS_MARKUP.search(text)]


@pytest.fixture
def source(workspace):
    """A loan file made by a careless or hostile hand."""
    return catalog.add_source(workspace, "**zqfile** [x](y).csv", RAW)


@pytest.mark.parametrize("view", ["Profile", "Columns", "Cleaning", "Versions"])
def test_the_data_page(source, open_page, view):
    """Figures, findings, profiles, the note on protected columns and the steps."""
    at = open_page("data", source=source.id, view=view)
    assert any("zq" in text for text in shown(at))
    assert misread(at) == []


def test_steps_saved_recipes_and_data_sets(source, open_page):
    """What is kept under such a name is listed under it."""
    at = open_page("data", source=source.id, view="Cleaning")
    at.button(key="add-step").click().run()
    assert misread(at) == []
    at.text_input(key=f"data-set-name-{source.id}").set_value("**zqset** :red[zqset]").run()
    at.button(key="save-data-set").click().run()
    assert r"Saved as **\*\*zqset\*\* \:red[zqset] · version 1**" in " ".join(shown(at))
    assert misread(at) == []


@pytest.mark.parametrize("page", ["data", "training", "evaluation", "models", "explanation"])
def test_an_address_is_no_markup(seeded, open_page, page):
    """What an address asks for and is not there is quoted as it was typed."""
    asked = "**zq** :red[zq] [zq](http://zq.example)"
    names = ("source", "dataset", "run", "model", "decision", "cohort", "compare")
    at = open_page(page, **dict.fromkeys(names[:1] if page == "data" else names[1:4], asked))
    assert any("zq" in text for text in shown(at))
    assert misread(at) == []


def test_a_decision_that_is_not_there(workspace, open_page):
    """Its address is quoted."""
    at = open_page("decisions", decision="**zq** :red[zq]")
    assert r"\*\*zq\*\*" in at.warning[0].value
    assert misread(at) == []
