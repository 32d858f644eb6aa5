r"""Names and values as they are written: Streamlit reads every text as Markdown.

st.markdown(f"**{literal(run.name)}** is trained")      # a name that holds **, $, [a](b) or :red[x]

Whoever draws escapes, once: what is handed to `draw`, `metric_row`, `shelf` or `problem` is plain
text. Boxes to choose from and to type into show text as it is; their labels do not.
"""

import re

import streamlit as st

from core.formatting import shortened

LONGEST_NAME = 80
"""Characters of what people call a recipe, a cohort or a data set: a line on a phone holds 40."""

_LONGEST_QUOTE = 40
_LINE_BREAK = re.compile(r"\s*[\r\n]\s*")
_MARK = re.compile(
    r"[\\`*~$]"  # emphasis, code, strike-through, formula
    r"|(?<![^\W_])_|_(?![^\W_])"  # emphasis, but not within a_name
    r"|<(?=[A-Za-z/!?])|&(?=#?\w+;)"  # HTML and its entities
    r"|:(?=[A-Za-z])|(?<=\]):"  # :red[x], :smile:, and the address of a [link]:
    r"|(?<=\])[\[(]"  # [link](address), ![picture](address)
    r"|^[#>=]|^[+-](?=[\s-]|$)"  # heading, quotation, list
    r"|(?:(?<=^\d)|(?<=^\d\d)|(?<=^\d\d\d))[.)](?=\s|$)"  # numbered list
)
_FOUND_LATER = re.compile(
    r"(?<=:)(?=material/|//|[a-z+-][\w+-]*\\?:)|(?<=www)(?=\.)|(?<=\w)(?=@\w)", re.IGNORECASE
)
"""Where icons and addresses begin, which a browser finds after the escapes are gone."""
_WORD_JOINER = "\N{WORD JOINER}"


def literal(text: str) -> str:
    r"""Return text that Markdown shows as it is, on one line.

    Symbols are the one exception: a screen shows -> as an arrow and >= as one sign.

    >>> literal("**Income** of :red[x]"), literal("credit_risk [0.772, 0.794]")
    ('\\*\\*Income\\*\\* of \\:red[x]', 'credit_risk [0.772, 0.794]')
    """
    escaped = _MARK.sub(r"\\\g<0>", _LINE_BREAK.sub(" ", text.strip()))
    return _FOUND_LATER.sub(_WORD_JOINER, escaped)


def quoted(asked: str) -> str:
    """Return what an address asks for, for a message: as it was typed, and no longer than a line.

    >>> quoted("run_1"), len(quoted("9" * 5000))
    ('run_1', 40)
    """
    return literal(shortened(asked, _LONGEST_QUOTE))


def problem(said: object) -> None:
    """Say what went wrong; `said` is plain text or an error that was raised for people."""
    st.error(literal(str(said)), icon=":material/error:")
