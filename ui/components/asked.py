"""What the address asks for; what is not there is said, never passed over in silence.

asked = asked_for("column", names, "column")        # ?column=Income
shown = asked or names[0]
"""

from collections.abc import Container

import streamlit as st

from ui.components.words import quoted


def asked_for(
    param: str, known: Container[str], what: str, instead: str = "Showing another one."
) -> str | None:
    """Return what a parameter of the address asks for; None where it asks for nothing known.

    What is not known is said once, and taken out of the address.

    Args:
        param: The URL's parameter.
        known: What there is.
        what: What the parameter names, as users read it.
        instead: What happens now, as a sentence.
    """
    asked = st.query_params.get(param)
    if not asked or asked in known:
        return asked or None
    st.warning(f"There is no {what} {quoted(asked)}. {instead}", icon=":material/search_off:")
    del st.query_params[param]
    return None
