"""What each figure and model is called, and what it means, in a reader's words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A figure.

    Attributes:
        label: As shown, in sentence case.
        help: One or two sentences for someone who has never met it.
        share: Whether it reads as a percentage.
        higher_is_better: False for errors, None where neither end is better by itself.
    """

    label: str
    help: str
    share: bool = False
    higher_is_better: bool | None = True


TERMS: dict[str, Term] = {
    "auc": Term(
        "ROC-AUC",
        "Take one bad and one good applicant at random: how often the bad one has the higher "
        "default probability. 0.5 is a coin toss, 1 is perfect.",
    ),
    "gini": Term(
        "Gini",
        "The same ranking on a scale from 0 (a coin toss) to 1 (perfect): 2 × ROC-AUC − 1.",
    ),
    "ks": Term(
        "KS",
        "Kolmogorov–Smirnov: the largest gap, over all cut-offs, between the share of bads and the "
        "share of goods that would be declined. 0 is no separation, 1 is complete.",
    ),
    "pr_auc": Term(
        "PR-AUC",
        "Average precision: how pure the declined group stays while more and more bads are caught. "
        "A coin toss scores the bad rate, 1 is perfect.",
    ),
    "brier": Term(
        "Brier score",
        "The mean squared difference between the default probability and what happened "
        "(0 or 1). Lower is better; 0 is perfect.",
        higher_is_better=False,
    ),
    "ece": Term(
        "Calibration error",
        "Expected calibration error (ECE): over ten bands of about equal size, how far the mean "
        "default probability lies from the share that defaulted. Lower is better; chance alone "
        "raises it, so its interval reaches downwards.",
        share=True,
        higher_is_better=False,
    ),
    "accuracy": Term(
        "Accuracy",
        "The share of applicants decided rightly: bads declined and goods approved. With few bads, "
        "approving everyone already looks accurate, so read it beside the baseline.",
        share=True,
    ),
    "precision": Term(
        "Bads among declined (precision)",
        "Of those declined at this cut-off, the share that did default.",
        share=True,
    ),
    "recall": Term(
        "Bads declined (recall)",
        "Of all who defaulted, the share declined at this cut-off.",
        share=True,
    ),
    "f1": Term(
        "F1",
        "One number for precision and recall together (their harmonic mean); 1 is perfect.",
    ),
    "approval_rate": Term(
        "Approval rate",
        "The share of applicants whose default probability is below the cut-off.",
        share=True,
        higher_is_better=None,
    ),
    "approved_bad_rate": Term(
        "Bad rate among approved",
        "Of those approved at this cut-off, the share that defaulted.",
        share=True,
        higher_is_better=False,
    ),
}

MODELS: dict[str, str] = {
    "network": "Network",
    "logistic": "Logistic regression",
    "scorecard": "Scorecard",
    "trees": "Boosted trees",
    "lightgbm": "LightGBM",
    "xgboost": "XGBoost",
    "catboost": "CatBoost",
    "majority": "Majority class",
}

LIBRARIES = {"lightgbm", "xgboost", "catboost"}
"""Models that go by the name of their library."""


def model_label(key: str) -> str:
    """Return what a model is called; an unknown key reads as itself.

    >>> model_label("trees"), model_label("second_opinion")
    ('Boosted trees', 'Second opinion')
    """
    return MODELS.get(key, key.replace("_", " ").capitalize())


def short_label(key: str) -> str:
    """Return a label for the legend of a chart.

    >>> short_label("logistic"), short_label("trees")
    ('Logistic', 'Boosted trees')
    """
    return {"logistic": "Logistic"}.get(key, model_label(key))


def in_sentence(key: str) -> str:
    """Return a model with its article, as inside a sentence.

    >>> in_sentence("logistic"), in_sentence("network"), in_sentence("xgboost")
    ('logistic regression', 'the network', 'XGBoost')
    """
    label = model_label(key)
    if key in LIBRARIES:
        return label
    return label.lower() if key == "logistic" else f"the {label.lower()}"
