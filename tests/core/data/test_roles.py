import numpy as np
import pandas as pd
import pytest

from core.data.roles import propose_schema, protected_ground, typed


def schema_of(**columns):
    """Propose a schema for columns of 100 rows given by their distinct values."""
    frame = pd.DataFrame(
        {
            name: pd.Series(np.resize(np.array(values, dtype=object), 100)).infer_objects()
            for name, values in columns.items()
        }
    )
    return propose_schema(frame)


@pytest.mark.parametrize(
    ("name", "values", "bad"),
    [
        ("Status", ["good", "bad"], "bad"),
        ("Class", ["good", "bad"], "bad"),
        ("default", [0.0, 1.0], "1"),
        ("default.payment.next.month", [0.0, 1.0], "1"),
        ("SeriousDlqin2yrs", [0.0, 1.0], "1"),
        ("loan_status", ["Fully Paid", "Charged Off"], "Charged Off"),
        ("target", ["no", "yes"], "yes"),
        ("credit_risk", [1.0, 0.0], "0"),
        ("creditability", ["good", "bad"], "bad"),
        ("result", ["Good", "Bad"], "Bad"),
    ],
)
def test_the_outcome_and_its_bad_value_are_found(name, values, bad):
    """Name and values together say which column is the outcome and what is bad."""
    schema = schema_of(income=[1.5, 2.5, 3.5], **{name: values})
    assert schema.outcome is not None
    assert (schema.outcome.name, schema.outcome.kind, schema.bad_value) == (name, "category", bad)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("loan_status", ["Fully Paid", "Charged Off", "Current"]),
        ("status", ["good"]),
        ("default", [0.0, 1.0, 2.0]),
    ],
)
def test_an_outcome_that_cannot_be_learnt_yet_is_still_seen(name, values):
    """So that the page can say that it holds one value, or three."""
    outcome = schema_of(income=[1.5, 2.5, 3.5], **{name: values}).outcome
    assert outcome is not None
    assert outcome.name == name


def test_no_outcome_is_proposed_where_none_can_be_seen():
    """Two values alone do not make an outcome."""
    assert schema_of(income=[1.5, 2.5], owner=["yes", "no"]).outcome is None


@pytest.mark.parametrize(
    ("name", "ground"),
    [
        ("SEX", "Sex"),
        ("applicantGender", "Sex"),
        ("personal_status_and_sex", "Sex"),
        ("MARRIAGE", "Marital status"),
        ("Marital", "Marital status"),
        ("foreign_worker", "Nationality"),
        ("Nationality", "Nationality"),
        ("ethnicity", "Race"),
        ("religion", "Religion"),
        ("AGE", "Age"),
        ("age_in_years", "Age"),
        ("birth_date", "Age"),
        ("Mileage", None),
        ("agency", None),
        ("essex_branch", None),
        ("wage", None),
        ("Status", None),
    ],
)
def test_protected_grounds_are_known_by_name(name, ground):
    """Whole words count; parts of other words do not."""
    assert protected_ground(name) == ground


@pytest.mark.parametrize(
    ("values", "kind", "role"),
    [
        ([1.5, 2.5, 3.0], "number", "feature"),
        (list(range(25)), "number", "feature"),
        ([-2, -1, 0, 1, 2], "number", "feature"),
        ([0, 1], "category", "feature"),
        (["rent", "owner"], "category", "feature"),
        ([7], "number", "ignore"),
        ([np.nan], "number", "ignore"),
    ],
)
def test_kind_and_role_follow_the_values(values, kind, role):
    """Whole numbers with an order stay numbers; two values make a category."""
    column = schema_of(x=values)["x"]
    assert (column.kind, column.role) == (kind, role)
    assert column.why


def test_whole_numbers_under_a_telling_name_are_codes():
    """EDUCATION 0 to 6 are codes, not amounts."""
    assert schema_of(EDUCATION=[0, 1, 2, 3])["EDUCATION"].kind == "category"


@pytest.mark.parametrize(
    ("name", "values", "role"),
    [
        ("ID", [float(n) for n in range(1, 101)], "identifier"),
        ("row", [float(n) for n in range(100)], "identifier"),
        ("loan_id", [f"L{n:05}" for n in range(100)], "identifier"),
        ("income", [1000.5 * n for n in range(100)], "feature"),
        ("price", [float(n * n) for n in range(100)], "feature"),
    ],
)
def test_identifiers_name_rows(name, values, role):
    """Nearly unique, and named or counted like an identifier."""
    assert propose_schema(pd.DataFrame({name: values}))[name].role == role


def test_one_date_orders_the_rows():
    """The application date is preferred; other dates are left for derived columns."""
    days = pd.to_datetime(["2020-01-01", "2021-01-01"]).as_unit("us")
    frame = pd.DataFrame({"first_job": days, "application_date": days})
    schema = propose_schema(frame)
    assert schema["application_date"].role == "date"
    assert schema["first_job"].role == "ignore"
    assert "Derive the years" in schema["first_job"].why


def test_a_date_that_never_changes_is_ignored():
    """The reason names it."""
    days = pd.to_datetime(["2020-01-01"] * 30).as_unit("us")
    column = propose_schema(pd.DataFrame({"printed": days}))["printed"]
    assert (column.kind, column.role) == ("date", "ignore")
    assert "2020-01-01" in column.why


def test_free_text_is_ignored():
    """A different sentence in every row is text."""
    frame = pd.DataFrame({"note": [f"called the applicant {n} times" for n in range(300)]})
    assert propose_schema(frame)["note"].kind == "text"
    assert propose_schema(frame)["note"].role == "ignore"


def test_typed_gives_the_frame_its_proposed_form():
    """A 0/1 outcome becomes the texts the bad value is compared with."""
    frame, schema = typed(pd.DataFrame({"x": [1.5, 2.5], "default": [0.0, 1.0]}))
    assert frame["default"].tolist() == ["0", "1"]
    assert schema.bad_value == "1"


@pytest.mark.parametrize(
    ("name", "ground"),
    [
        ("Geschlecht", "Sex"), ("sexo", "Sex"), ("género", "Sex"), ("性别", "Sex"),
        ("客户性别", "Sex"), ("Familienstand", "Marital status"),
        ("estado_civil", "Marital status"),
        ("婚姻状况", "Marital status"), ("Staatsangehörigkeit", "Nationality"),
        ("nacionalidad", "Nationality"), ("国籍", "Nationality"), ("Alter", "Age"),
        ("edad", "Age"), ("年龄", "Age"), ("Geburtsdatum", "Age"), ("fecha_nacimiento", "Age"),
        ("出生日期", "Age"), ("Religionszugehörigkeit", "Religion"), ("民族", "Race"),
        ("raza", "Race"), ("Schwerbehinderung", None), ("discapacidad", "Disability"),
        ("Haushalt", None), ("salario", None), ("altersvorsorge", None), ("收入", None),
    ],
)  # fmt: skip
def test_protected_grounds_are_known_in_four_languages(name, ground):
    """German, Spanish and Chinese names, as the whole name or a word of it."""
    assert protected_ground(name) == ground


@pytest.mark.parametrize(
    ("values", "role"),
    [
        (["male", "female"], "protected"), (["m", "f", "unknown"], "protected"),
        (["男", "女"], "protected"), (["ledig", "verheiratet", "geschieden"], "protected"),
        (["soltero", "casado", "viudo"], "protected"), (["White", "Black", "Asian"], "protected"),
        (["white", "black"], "feature"), (["single", "joint"], "feature"),
        (["汉族", "回族"], "protected"), (["katholisch", "evangelisch"], "protected"),
    ],
)  # fmt: skip
def test_protected_grounds_are_known_by_values(values, role):
    """Two words of one ground, and most of the values."""
    column = schema_of(code_7=values)["code_7"]
    assert column.role == role
    assert column.confidence == ("likely" if role == "protected" else "sure")


@pytest.mark.parametrize(
    ("name", "values", "bad"),
    [
        ("Zahlungsausfall", ["ja", "nein"], "ja"),
        ("incumplimiento", ["sí", "no"], "sí"),
        ("是否违约", ["是", "否"], "是"),
        ("kredit", [1.0, 0.0], "0"),
        ("resultado", ["bueno", "malo"], "malo"),
        ("x9", ["好", "坏"], "坏"),
    ],
)
def test_the_outcome_is_found_in_four_languages(name, values, bad):
    """Its name or its values, and the one that means bad."""
    schema = schema_of(income=[1.5, 2.5, 3.5], **{name: values})
    assert schema.outcome is not None
    assert (schema.outcome.name, schema.bad_value) == (name, bad)


@pytest.mark.parametrize(
    ("name", "values", "confidence"),
    [
        ("default", [0.0, 1.0], "sure"),
        ("result", ["Good", "Bad"], "likely"),
        ("x", list(np.linspace(0, 1, 40)), "sure"),
        ("x", [0, 1], "likely"),
        ("x", [0, 1, 2], "guess"),
        ("grade", [0, 1, 2], "likely"),
        ("x", ["yes", "no"], "sure"),
        ("SEX", [1, 2], "likely"),
    ],
)
def test_a_proposal_says_how_sure_it_is(name, values, confidence):
    """Kind and role together are as sure as the less sure of the two."""
    assert schema_of(**{name: values})[name].confidence == confidence


def test_how_a_column_is_written_is_part_of_the_reason():
    """Numbers written as text are told from plain ones."""
    frame = pd.DataFrame({"x": np.arange(30.0) ** 2})
    schema = propose_schema(frame, {"x": "Numbers written with thousands marks."})
    assert schema["x"].why == "30 different numbers. Numbers written with thousands marks."
