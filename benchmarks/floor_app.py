"""The least a Streamlit app of two pages can be; `benchmarks.pages` measures it as the floor."""

import streamlit as st


def one() -> None:
    """Show a title and a slider."""
    st.title("One")
    st.metric("Chosen", st.slider("Choose", 0, 100, 50))


def two() -> None:
    """Show a title."""
    st.title("Two")


st.navigation([st.Page(one, title="One", default=True), st.Page(two, title="Two")]).run()
