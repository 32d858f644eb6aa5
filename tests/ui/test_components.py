"""Components as pages use them, drawn by Streamlit's own test runner."""

import json
import re
from collections.abc import Callable

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.store.workspace import Workspace
from ui.components.table import csv_bytes, neutral


def draw(script: Callable[[], None]) -> AppTest:
    """Run a function as a page."""
    return AppTest.from_function(script, default_timeout=20).run()


@pytest.mark.parametrize("text", ["=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_formula_is_neutralised(text: str) -> None:
    """A cell that a spreadsheet would run begins with an apostrophe instead."""
    assert neutral(text) == f"'{text}"


def test_a_download_keeps_numbers_and_blanks() -> None:
    """Only text is touched: negative numbers stay numbers, blanks stay blank."""
    frame = pd.DataFrame({"=name": ["@x", None], "loss": [-1.5, None]})
    assert csv_bytes(frame) == b"'=name,loss\n'@x,-1.5\n,\n"


def test_a_frame_with_categories_and_twin_names_can_be_downloaded() -> None:
    """Neither a categorical column nor two columns of one name stops a download."""
    frame = pd.DataFrame([["=a", "=b"], ["c", "d"]], columns=["x", "x"])
    frame.insert(0, "kind", pd.Categorical(["=k", "l"]))
    assert csv_bytes(frame) == b"kind,x,x\n'=k,'=a,'=b\nl,c,d\n"


def test_metrics_carry_their_second_line() -> None:
    """Interval and n stand below the value, without an arrow or a colour."""

    def page() -> None:
        from ui.components.metrics import Figure, metric_row

        metric_row([Figure("AUC", "0.783", "[0.772, 0.794]"), Figure("Bad rate", "28.2 %")])

    auc, bad_rate = draw(page).metric
    assert (auc.label, auc.value, auc.delta) == ("AUC", "0.783", "[0.772, 0.794]")
    assert bad_rate.delta == ""


@pytest.mark.parametrize(
    ("decision", "said"), [("approve", "Approve"), ("refer", "Refer"), ("decline", "Decline")]
)
def test_the_verdict_says_decision_probability_and_points(decision: str, said: str) -> None:
    """One line that stands without its colour."""

    def page(decision: str) -> None:
        from ui.components.verdict import verdict

        verdict(decision, 0.2341, 541)

    at = AppTest.from_function(page, args=(decision,), default_timeout=20).run()
    assert f"{said}] · 23.4\xa0% · 541 points" in at.header[0].value


def test_an_expected_problem_shows_its_own_words() -> None:
    """A LendlensError was written for the person who reads it."""

    def page() -> None:
        from core.errors import NotFoundError
        from ui.components.page import failures

        with failures():
            raise NotFoundError("There is no run 'run_x'. Choose another one.")

    at = draw(page)
    assert at.error[0].value == "There is no run 'run_x'. Choose another one."
    assert not at.exception


def test_an_unexpected_error_shows_an_id_and_logs_no_value(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """On screen an id; in the log type and place under the id, never the message."""

    def page() -> None:
        from ui.components.page import failures

        with failures():
            raise ValueError("income 4711")

    at = draw(page)
    (error,) = at.error
    found = re.search(r"\*\*([0-9a-f]{8})\*\*", error.value)
    assert found is not None
    (record,) = [record for record in caplog.records if record.name == "lendlens.ui"]
    assert f"error {found[1]}: ValueError at" in record.getMessage()
    assert "4711" not in error.value + caplog.text


def test_stopping_a_page_is_no_failure() -> None:
    """`st.stop` passes through."""

    def page() -> None:
        import streamlit as st

        from ui.components.page import failures

        with failures():
            st.markdown("before")
            st.stop()

    at = draw(page)
    assert at.markdown[0].value == "before"
    assert not at.error


def test_nothing_to_pick_is_none(workspace: Workspace) -> None:
    """Pages show their empty state instead of an empty picker."""

    def page() -> None:
        import streamlit as st

        from ui.components.pickers import pick_data_set, pick_model, pick_run

        st.markdown(str((pick_data_set(), pick_run(), pick_model())))

    at = draw(page)
    assert at.markdown[0].value == "(None, None, None)"
    assert not at.selectbox


def test_a_chart_saves_its_picture() -> None:
    """The camera button is the only one, names the file after the chart, and keeps it sharp."""

    def page() -> None:
        import plotly.graph_objects as go
        import streamlit as st

        from ui.components.figure import FORMAT, draw

        st.session_state[FORMAT] = "svg"
        draw(go.Figure(), "Nothing moves", key="still", alt="An empty chart")

    (chart,) = draw(page).get("plotly_chart")
    config = json.loads(chart.proto.config)
    assert config["modeBarButtons"] == [["toImage"]]
    assert config["toImageButtonOptions"] == {
        "format": "svg",
        "filename": "lendlens-still",
        "scale": 2,
    }


def test_days_are_shown_without_a_time():
    """A moment within a day keeps its time."""

    def page():
        import pandas as pd

        from ui.components.table import table

        days = pd.to_datetime(["2024-03-05", None, "2024-03-06"])
        table(pd.DataFrame({"day": days, "moment": days + pd.Timedelta(hours=9), "n": 1}))

    at = AppTest.from_function(page).run()
    assert not at.exception
    columns = json.loads(at.dataframe[0].proto.columns)
    assert columns["day"]["type_config"]["type"] == "date"
    assert "moment" not in columns


@pytest.mark.parametrize("polled", [True, False])
def test_a_polled_chart_holds_no_fragment(polled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a fragment inside a fragment with a timer says can reach a browser too early."""
    begun: list[str] = []

    def fragment(function: Callable[..., None]) -> Callable[..., None]:
        begun.append(function.__name__)
        return function

    def page(polled: bool) -> None:
        import pandas as pd
        import plotly.graph_objects as go

        from ui.components.figure import draw

        rows = pd.DataFrame({"epoch": [1]})
        draw(go.Figure(), "Nothing moves", rows, key="still", alt="An empty chart", polled=polled)

    monkeypatch.setattr(st, "fragment", fragment)
    at = AppTest.from_function(page, kwargs={"polled": polled}).run()
    assert not at.exception
    assert begun == ([] if polled else ["_data"])


def test_a_shelf_keeps_its_arrow_beside_its_icon() -> None:
    """An expander with an icon of its own shows it in the arrow's place."""

    def script() -> None:
        import streamlit as st

        from ui.components.shelf import shelf

        shelf("Method_of *all*", lambda: st.text("open"), key="m", icon=":material/function:")

    (expander,) = draw(script).expander
    assert expander.icon == ""
    assert expander.label == r":material/function: Method_of \*all\*"
