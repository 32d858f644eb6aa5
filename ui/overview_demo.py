"""The demo on the overview: the chapters at the left, what they show at the right.

The story is in the store, so it looks the same after a refresh, in a second browser and after
its end. `?demo=` names the one in view; a running one is always in view, and stays until it is
closed.
"""

import streamlit as st

from core.errors import NotFoundError
from core.jobs.demo_story import Chapter, chapters, last_demo, start_demo
from core.store.tables import Job
from ui import links
from ui.components.jobs import job_progress
from ui.components.page import failures
from ui.session import workspace

ICONS = {
    "waiting": ":gray[:material/radio_button_unchecked:]",
    "running": ":primary[:material/pending:]",
    "done": ":primary[:material/check_circle:]",
    "stopped": ":material/stop_circle:",
    "failed": ":red[:material/error:]",
}


IN_VIEW = "demo-in-view"
"""Where a visit remembers the demo it watches; its address need not name it."""


def demo_in_view() -> Job | None:
    """Return the demo that the address names, the one that runs, or the one watched until now."""
    last = last_demo(workspace())
    job = _asked() or (last if last and last.active else _remembered())
    if job:
        st.session_state[IN_VIEW] = job.id
    return job


def _asked() -> Job | None:
    asked = st.query_params.get("demo")
    if not asked:
        return None
    try:
        return workspace().registry.job(asked)
    except NotFoundError:
        del st.query_params["demo"]  # a link from another workspace: show what is here
        return None


def _remembered() -> Job | None:
    job_id = st.session_state.get(IN_VIEW)
    return workspace().registry.job(job_id) if job_id else None


def run_button(key: str = "run-demo") -> None:
    """Draw the button that starts the demo; while one runs it says so."""
    last = last_demo(workspace())
    if last and last.active:
        st.button("The demo is running", disabled=True, key=key, icon=":material/hourglass_top:")
    else:
        st.button(
            "Run the demo", type="primary", key=key, icon=":material/play_arrow:", on_click=_start
        )


def demo_buttons() -> None:
    """Draw the button that starts the demo, and a way back to the last one."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        last = last_demo(workspace())
        if last and not last.active and st.session_state.get(IN_VIEW) != last.id:
            st.button("Show the last demo", type="tertiary", on_click=_show, args=(last.id,))
        run_button()


def draw_demo(job: Job) -> None:
    """Draw a demo: its progress while it runs, its chapters, and the picture of one of them."""
    with st.container(border=True, key="demo"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.header("From a loan file to a decision", anchor=False, width="stretch")
            if not job.active:
                st.button("Close", type="tertiary", on_click=_close, icon=":material/close:")
        job_progress(job.id)
        if job.active:
            st.fragment(_story, run_every=0.5)(job.id)
        else:
            st.fragment(_told)(job.id)


def _told(job_id: str) -> None:
    """Draw a story that has ended.

    It is another fragment than the story that was polled: Streamlit would run a poll that is
    still on its way instead of sending the rest of the page to the browser.
    """
    _story(job_id)


def _story(job_id: str) -> None:
    told = chapters(workspace().registry.job(job_id))
    left, right = st.columns([5, 6], gap="large")
    with left:
        for chapter in told:
            _chapter(chapter)
    with right, failures():  # a fragment shows its own problems; the chapters stay readable
        _stage(told)


def _chapter(chapter: Chapter) -> None:
    with st.container(key=f"chapter-{chapter.key}", gap="xxsmall"):
        st.markdown(f"{ICONS[chapter.status]} **{chapter.title}**")
        st.caption(chapter.sentence)
        if chapter.status == "done":
            links.link(chapter.link, chapter.page, icon=":material/arrow_forward:", **chapter.query)


def _stage(told: tuple[Chapter, ...]) -> None:
    """Show the newest picture there is, or the one that was picked."""
    # Here, because it loads pandas and Plotly: the first page after a start does without.
    from ui.overview_stage import PICTURES, draw_picture

    ready = [chapter for chapter in told if PICTURES[chapter.key].ready(chapter)]
    if not ready:
        st.skeleton(height=400)
        return
    by_label = {PICTURES[chapter.key].label: chapter for chapter in ready}
    newest = list(by_label)[-1]
    picked = st.segmented_control(
        "Picture",
        list(by_label),
        default=newest,
        required=True,
        key=f"demo-picture-{newest}",
        label_visibility="collapsed",
        wrap=True,
    )
    draw_picture(by_label[picked or newest])


def _start() -> None:
    st.query_params["demo"] = start_demo(workspace()).id


def _show(job_id: str) -> None:
    st.query_params["demo"] = job_id


def _close() -> None:
    st.query_params.pop("demo", None)
    st.session_state.pop(IN_VIEW, None)
