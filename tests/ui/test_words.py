"""Names and values of a loan file reach the screen as they are written."""

import pytest

from ui.components.words import literal

JOINER = "\N{WORD JOINER}"


@pytest.mark.parametrize(
    ("written", "escaped"),
    [
        ("**bold** and *it*", r"\*\*bold\*\* and \*it\*"),
        ("[a](http://x.y)", rf"[a]\(http:{JOINER}//x.y)"),
        ("[a]: http://x.y", rf"[a]\: http:{JOINER}//x.y"),
        (":red[x]", r"\:red[x]"),
        (":smile:", rf"\:{JOINER}smile:"),
        (":material/home:", rf"\:{JOINER}material/home:"),
        ("$x$", r"\$x\$"),
        ("<img src=x onerror=alert(1)>", r"\<img src=x onerror=alert(1)>"),
        ("&lt;", r"\&lt;"),
        ("~~old~~ `code`", r"\~\~old\~\~ \`code\`"),
        ("__x__ _y_", r"\_\_x\_\_ \_y\_"),
        ("a@b.com", f"a{JOINER}@b.com"),
        ("www.x.com", f"www{JOINER}.x.com"),
        ("# head", r"\# head"),
        ("1. first", r"1\. first"),
        ("- point", r"\- point"),
        ("two\nlines", "two lines"),
        ("ends with \\", "ends with \\\\"),
    ],
)
def test_what_markdown_would_read_is_escaped(written: str, escaped: str) -> None:
    """Nothing that a name holds is read as Markdown, HTML, a formula, an icon or a link."""
    assert literal(written) == escaped


@pytest.mark.parametrize(
    "plain",
    [
        "Bank credit · version 1",
        "credit_risk_2",
        "AUC 0.847 [0.820, 0.873] (n = 891)",
        "28.1 %",
        "-0.4 to +0.2",
        "< 0.1 % at 12:30:15, R&D - 5 > 3",
        "Longer seniority lowers the risk: from −0.4.",
    ],
)
def test_plain_words_stay_as_they_are(plain: str) -> None:
    """What Markdown leaves alone is not touched, so that a page's words can be searched."""
    assert literal(plain) == plain
