"""Personal data: found by check digits and forms, and nothing else taken for them."""

import numpy as np
import pandas as pd
import pytest

from core.data.personal_data import masked, masked_column, personal_kind
from core.data.reading import read_table
from core.data.roles import typed
from core.data.samples import SAMPLES

CARDS = ["4111 1111 1111 1111", "5500-0000-0000-0004", "340000000000009", "6011000000000004",
         "30000000000004"]  # fmt: skip
IBANS = ["DE89370400440532013000", "GB82 WEST 1234 5698 7654 32", "ES9121000418450200051332",
         "FR1420041010050500013M02606", "NL91ABNA0417164300"]  # fmt: skip
CHINESE = ["11010519491231002X", "440524188001010014", "11010519491231002x", "110105194912310038",
           "110105194912310054"]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "name", "kind"),
    [
        ([f"a{n}@example.org" for n in range(9)], "contact", "e-mail addresses"),
        (CARDS, "x", "card numbers"),
        (IBANS, "x", "account numbers"),
        (["12345678Z", "00000000T", "X1234567L", "Y1234567X", "87654321X"], "x",
         "personal identity numbers"),
        (["219-09-9999", "078-05-1120", "457-55-5462", "111-22-3333", "222-33-4444"], "x",
         "personal identity numbers"),
        (["+49 170 1234567", "0049 30 123456", "030/1234567", "(030) 123-4567", "+1 555 010 9999"],
         "x", "phone numbers"),
        ([5550100001.0 + n for n in range(9)], "mobile_phone", "phone numbers"),
        (["Anna Berg", "José Pérez", "Li Na", "O'Neill, Pat", "Zoë"], "full_name",
         "names of people"),
        (["王小明", "李娜", "张伟", "刘洋", "陈静"], "姓名", "names of people"),
        (["1 High St", "Am Hof 3", "Calle Mayor 5", "Rue 1", "Via 2"], "street", "addresses"),
    ],
)  # fmt: skip
def test_personal_data_are_found(values, name, kind):
    """By values first, else by a name that the values bear out."""
    assert personal_kind(pd.Series(values), name) == kind


def test_chinese_numbers_need_their_check_digit():
    """One wrong digit in each, and nothing is found."""
    right = [text for text in CHINESE if personal_kind(pd.Series([text] * 1), "x") == ""]
    assert right == CHINESE  # one value is too few to tell
    wrong = pd.Series([f"{n}10105194912310021" for n in range(1, 9)])
    assert personal_kind(wrong, "x") == ""


@pytest.mark.parametrize(
    ("values", "name"),
    [
        (np.arange(5_000.0), "amount"),
        (np.arange(4_000_000_000_000_000.0, 4_000_000_000_000_300.0), "number"),
        (["rent", "own", "other", "parents", "priv"], "home"),
        (["rent", "own", "other", "parents", "priv"], "names"),
        ([f"{n:09}" for n in range(100)], "loan_number"),
        (["2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01"], "day"),
        (["0.5", "0.75", "0.25", "0.1", "0.2"], "share"),
    ],
)
def test_other_columns_are_left_alone(values, name):
    """Amounts, codes, categories, and numbers that pass a check by chance alone."""
    assert personal_kind(pd.Series(values), name) == ""


@pytest.mark.parametrize("chosen", SAMPLES, ids=lambda each: each.key)
def test_no_bundled_file_holds_any(chosen):
    """They are public."""
    _, schema = typed(read_table(chosen.read()).frame)
    assert [column.name for column in schema.columns if column.personal] == []


def test_masks_show_no_more_than_a_first_letter():
    """Missing values stay missing."""
    assert masked("Anna") == "A•••"
    told = masked_column(pd.Series(["Anna", None, "Li"], dtype="str"))
    assert told.tolist()[::2] == ["A•••", "L•"]
    assert pd.isna(told[1])
