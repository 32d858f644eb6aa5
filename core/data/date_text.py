"""Dates as people write them: formats, month names of five languages, numbers such as 20240305."""

import re

import numpy as np
import pandas as pd

# Ordered: the first format that reads every value wins, so day-first beats month-first.
DATE_FORMATS = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y年%m月%d日",
    "%Y年%m月",
    "%d.%m.%Y",
    "%d.%m.%y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%b-%Y",
    "%b-%y",
    "%Y-%m",
    "%Y%m%d",
)
_LOOKS_LIKE_DATE = re.compile(
    r"^(\d{4}[-/.]\d{1,2}([-/.]\d{1,2}([ T]\d{2}:\d{2}(:\d{2}Z?)?)?)?"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{2}(\d{2})?( \d{1,2}:\d{2}(:\d{2})?)?"
    r"|\d{4}年\d{1,2}月(\d{1,2}日)?|\d{1,2} [A-Za-z]{3,9} \d{4}|[A-Za-z]{3,9} \d{1,2}, \d{4}"
    r"|(\d{1,2}-)?[A-Za-z]{3}-\d{2,4}|(19|20)\d{6})$"
)
_MONTHS = {
    "Jan": "jan january januar jänner jaenner ene enero janv janvier gen gennaio",
    "Feb": "feb february februar febr febrero févr fév fevr fev février fevrier febbraio",
    "Mar": "mar march mär märz mrz maerz marzo mars",
    "Apr": "apr april abr abril avr avril aprile",
    "May": "may mai mayo mag maggio",
    "Jun": "jun june juni junio juin giu giugno",
    "Jul": "jul july juli julio juil juillet lug luglio",
    "Aug": "aug august ago agosto août aout",
    "Sep": "sep sept september septiembre setiembre septembre set settembre",
    "Oct": "oct october okt oktober octubre octobre ott ottobre",
    "Nov": "nov november noviembre novembre",
    "Dec": "dec december dez dezember dic diciembre déc décembre decembre dicembre",
}
_ENGLISH = {name: month for month, names in _MONTHS.items() for name in names.split()}
_MONTH = r"(?P<month>[^\W\d_]{3,10})\.?"
_YEAR = r"(?:[ ,/-]*(?:del? )?(?P<year>\d{4})|-(?P<short>\d{2}))"  # "Mar 24" may be a day
_DAY_MONTH_YEAR = re.compile(rf"(?P<day>\d{{1,2}})(?:\.|er|º)?[ /-]*(?:de )?{_MONTH}{_YEAR}")
_MONTH_YEAR = re.compile(rf"{_MONTH}{_YEAR}")
_CHINESE = re.compile(r"(\d{4}) ?年 ?(\d{1,2}) ?月(?: ?(\d{1,2}) ?[日号])?")

_NAMED = re.compile(
    r"date|datum|fecha|data(_|$)|dob|birth|(^|_)(day|dt|opened|issued|since|until)(_|$)|日期|时间",
    re.IGNORECASE,
)
DAYS_IN_NUMBERS = (19000101, 21001231)
_FEWEST = 5
"""Of numbers in the range of dates one in thirty is one by chance: so many different ones never."""


def find_date_format(values: pd.Series) -> str | None:
    """Return the first format that reads every one of these texts, or None."""
    return next(iter(date_formats(values)), None)


def date_formats(values: pd.Series) -> tuple[str, ...]:
    """Return the format that reads every one of these texts; two where day and month may change.

    >>> date_formats(pd.Series(["31/01/2024"])), date_formats(pd.Series(["01/02/2024"]))
    (('%d/%m/%Y',), ('%d/%m/%Y', '%m/%d/%Y'))
    """
    texts = values.dropna().unique()
    if len(texts) == 0 or not all(_LOOKS_LIKE_DATE.match(text) for text in texts[:50]):
        return ()
    sample = pd.Series(texts)
    found: list[str] = []
    for date_format in DATE_FORMATS:
        if found and date_format != _swapped(found[0]):
            continue
        if pd.to_datetime(sample[:50], format=date_format, errors="coerce").isna().any():
            continue
        if pd.to_datetime(sample, format=date_format, errors="coerce").notna().all():
            found.append(date_format)
    return tuple(found)


def _swapped(date_format: str) -> str:
    """Return the format with the month before the day."""
    return date_format.replace("%d", "%?").replace("%m", "%d").replace("%?", "%m")


def in_plain_form(values: pd.Series) -> pd.Series:
    """Return texts with month names, or 年月日, as the formats know them; others unchanged.

    English, German, Spanish, French, Italian and Chinese.

    >>> in_plain_form(pd.Series(["5. März 2024", "2024 年 3 月 5 号", "abr-24"])).tolist()
    ['5-Mar-2024', '2024年3月5日', 'Apr-24']
    """
    return values.map(_plain, na_action="ignore")


def _plain(text: str) -> str:
    if found := _CHINESE.fullmatch(text):
        year, month, day = found.groups()
        return f"{year}年{month}月{day}日" if day else f"{year}年{month}月"
    for pattern in (_DAY_MONTH_YEAR, _MONTH_YEAR):
        found = pattern.fullmatch(text)
        month = _ENGLISH.get(found["month"].lower()) if found else None
        if found and month:
            parts = found.groupdict() | {"month": month}
            return "-".join(filter(None, parts.values()))
    return text


def dates_in_numbers(values: np.ndarray, name: str) -> np.ndarray | None:
    """Return (n,) datetime64[us] of numbers such as 20240305, if all of them are dates.

    A few different numbers may be dates by chance, so then the name of the column decides.

    Args:
        values: (n,) float64 with NaN.
        name: Of the column.
    """
    known = ~np.isnan(values)
    head = values[known][:50]
    if not len(head) or not _in_range(head):
        return None
    distinct, places = np.unique(values[known], return_inverse=True)
    if not _in_range(distinct) or (len(distinct) < _FEWEST and not _NAMED.search(name)):
        return None
    days = pd.to_datetime(
        pd.Series(distinct.astype(int).astype(str)), format="%Y%m%d", errors="coerce"
    )
    if days.isna().any():
        return None
    moments = np.full(len(values), np.datetime64("NaT"), "datetime64[us]")
    moments[known] = days.to_numpy("datetime64[us]")[places]
    return moments


def _in_range(values: np.ndarray) -> bool:
    whole = bool((values == np.rint(values)).all())
    return whole and values.min() >= DAYS_IN_NUMBERS[0] and values.max() <= DAYS_IN_NUMBERS[1]
