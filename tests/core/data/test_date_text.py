"""Dates as people write them, in several languages and as plain numbers."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from core.data.date_text import date_formats, in_plain_form
from core.data.reading import read_table
from core.data.roles import typed

MARCH_AND_DECEMBER = [
    ("de", ["5. März 2024", "24. Dezember 2023"]),
    ("de short", ["05-Mär-2024", "24-Dez-2023"]),
    ("de abbreviated", ["5. Mrz. 2024", "24. Dez. 2023"]),
    ("es", ["5 de marzo de 2024", "24 de diciembre de 2023"]),
    ("es short", ["05-mar-24", "24-dic-23"]),
    ("fr", ["5 mars 2024", "24 décembre 2023"]),
    ("it", ["5 marzo 2024", "24 dicembre 2023"]),
    ("en", ["5 March 2024", "24 December 2023"]),
    ("zh", ["2024年3月5日", "2023年12月24日"]),
    ("zh spaced", ["2024 年 3 月 5 号", "2023 年 12 月 24 号"]),
    ("number", ["20240305", "20231224"]),
]


def column(name, texts):
    """Read a file in which one column holds these texts, again and again."""
    rows = [f"{texts[n % len(texts)]};{n}" for n in range(40)]
    return read_table("\n".join([f"{name};amount", *rows]).encode())


@pytest.mark.parametrize(("language", "texts"), MARCH_AND_DECEMBER)
def test_dates_in_words_of_a_language_are_read_as_dates(language, texts):
    """Also abbreviated, and where day and year stand as the language has it."""
    days = column("opened", texts).frame["opened"]
    assert [day.date() for day in days[:2]] == [date(2024, 3, 5), date(2023, 12, 24)]


@pytest.mark.parametrize(
    "texts", [["März 2024", "Mai 2023"], ["mar-24", "mag-23"], ["2024年3月", "2023年5月"]]
)
def test_months_are_the_first_of_their_days(texts):
    """As in English."""
    days = column("opened", texts).frame["opened"]
    assert [str(day.date()) for day in days[:2]] == ["2024-03-01", "2023-05-01"]


@pytest.mark.parametrize(
    "texts", [["Mar 24", "Jun 5"], ["März", "Mai"], ["5 stars 2024", "4 stars 2023"], ["mai", "5"]]
)
def test_words_that_are_no_dates_stay_texts(texts):
    """A month alone, or a day that might be a year, is no date."""
    assert date_formats(in_plain_form(pd.Series(texts))) == ()
    assert str(column("said", texts).frame["said"].dtype) == "str"


def numbers(name, values):
    """Propose what a column of numbers holds."""
    rows = [f"{values[n % len(values)]},{n % 7}" for n in range(60)]
    frame, schema = typed(*_table(f"{name},x", rows))
    return frame[name], schema[name]


def _table(header, rows):
    table = read_table("\n".join([header, *rows]).encode())
    return table.frame, table.how


def test_whole_numbers_that_are_all_days_are_dates():
    """Said on the page, gaps kept; five different ones are enough without a name."""
    values = [20240131, 20240229, "", 20231205, 20221111, 20210630, 19991231]
    days, about = numbers("q7", values)
    assert str(days.iloc[0].date()) == "2024-01-31"
    assert np.isnat(days.to_numpy()[2])
    assert about.kind == "date"
    assert "Dates written as one number, such as 20240305." in about.why


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("q7", [20240131, 20240229]),  # few, and no name to bear it out
        ("opened", [20240131, 20240230]),  # no such day
        ("assets", [20240131, 20240229, 20231205, 20221111, 20210630, 21993112]),
        ("assets", [20240131.5, 20240229, 20231205, 20221111, 20210630]),
    ],
)
def test_amounts_of_twenty_millions_stay_numbers(name, values):
    """One that is no day, and all are numbers."""
    series, about = numbers(name, values)
    assert about.kind in ("number", "category")  # a category where there are two
    assert not pd.api.types.is_datetime64_any_dtype(series)


def test_two_days_under_the_name_of_a_date_are_dates():
    """The name says so."""
    assert numbers("open_date", [20240131, 20240229])[1].kind == "date"
