"""What can be chosen about a network, and the presets.

Imports no Keras, so that pages can use it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from core.errors import ModelError

Activation = Literal["relu", "tanh", "sigmoid", "gelu"]
Optimiser = Literal["adam", "adamw", "sgd", "gradient_descent"]
"""gradient_descent: one step per epoch on all training rows, whatever the batch size says."""
Numeric = Literal["piecewise", "standard"]


MOST_FOLDS = 20
TAUGHT_FOLDS = 3
"""Boosted trees teach teams of so many folds, or more; see core.model.teacher."""

REFIT_FROM = 1_250
"""Rows times share of goods times share of bads: what the rows tell. It takes 5,000 rows of whom
half are bads, and more where bads are rarer. Where less is told, networks that leave rows out keep
the average calm; see core.model.refit."""


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """Everything that decides how a network comes out, besides the data.

    Attributes:
        layers: Widths of the hidden layers, first to last; empty is a logistic regression.
        activation: Of every hidden layer.
        dropout: Share of hidden units left out at random while training, in [0, 0.9].
        l1: Weight of the sum of absolute weights in the loss, at least 0.
        l2: Weight of the sum of squared weights in the loss, at least 0.
        optimiser: How the weights move.
        learning_rate: Size of a move, in (0, 10].
        weight_decay: Share by which AdamW shrinks weights, at least 0; others ignore it.
        batch_size: Training rows per move, of each fold.
        epochs: Most passes over the training rows.
        patience: Stop after so many epochs without a lower validation loss and keep the best
            epoch; 0 trains all epochs and keeps the last. Taught networks go on; see `taught`.
        class_weights: Whether bads and goods weigh the same in total; see core.model.training.
        numeric: How numbers are encoded; see core.model.encoding.
        bins: Most quantile bins per number in the piecewise encoding.
        cuts: Most further bins per number, where the risk jumps out of its trend.
        folds: 1: validation rows decide which epoch is best. More: training and validation rows
            together are divided into so many parts, each left out by networks of its own, and
            the score is the mean of all networks.
        members: Networks per fold; they share their kernels up to a scale per unit (TabM:
            Gorishniy et al., ICLR 2025).
        apart: Whether each network of a team has a fold of its own instead, in which trees teach
            half as much, where rows are near copies of one another; see core.model.relatives.
        additive: Whether each column has hidden units of its own, so that columns only add up;
            one hidden layer, whose width counts per column, and one member per fold.
        monotone: 1 for numbers that may only raise the risk, -1 for those that may only lower
            it; additive networks only.
        taught: Share of what boosted trees say of a row in what the networks are shown as its
            outcome, in [0, 1]; of TAUGHT_FOLDS and more, on few rows only where the trees know
            enough (core.model.teacher). When patience runs out, taught networks go back to the
            best epoch and learn on, with less of it; without patience there is less after each
            third of the epochs. See core.model.keeper.
        taught_dropout: What dropout is once trees teach: they take out noise already.
        refit: Whether a team of two folds and more learns again from all rows, for as many epochs
            as proved best, where rows tell enough (REFIT_FROM); see core.model.refit.
        calibrate: Whether log-odds are rescaled on rows that were left out, where that helps.
        seed: Same seed, data and machine give the same network.
    """

    layers: tuple[int, ...] = (32, 16)
    activation: Activation = "relu"
    dropout: float = 0.1
    l1: float = 0.0
    l2: float = 0.0
    optimiser: Optimiser = "adamw"
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    batch_size: int = 128
    epochs: int = 60
    patience: int = 8
    class_weights: bool = False
    numeric: Numeric = "piecewise"
    bins: int = 16
    cuts: int = 0
    folds: int = 1
    members: int = 1
    apart: bool = False
    additive: bool = False
    monotone: Mapping[str, int] = field(default_factory=dict)
    taught: float = 0.0
    taught_dropout: float = 0.0
    refit: bool = False
    calibrate: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot work.

        Raises:
            ModelError: Lists every setting that is out of range.
        """
        if problems := [text for text in self._problems() if text]:
            raise ModelError(" ".join(problems))

    def _problems(self) -> list[str]:
        return [
            _between("Layers", len(self.layers), 0, 8),
            *(_between("The width of a layer", width, 1, 4096) for width in self.layers),
            _one_of("The activation", self.activation, get_args(Activation)),
            _between("Dropout", self.dropout, 0, 0.9),
            _between("L1", self.l1, 0, 10),
            _between("L2", self.l2, 0, 10),
            _one_of("The optimiser", self.optimiser, get_args(Optimiser)),
            _between("The learning rate", self.learning_rate, 1e-7, 10),
            _between("Weight decay", self.weight_decay, 0, 1),
            _between("The batch size", self.batch_size, 1, 1_000_000),
            _between("Epochs", self.epochs, 1, 10_000),
            _between("Patience", self.patience, 0, 10_000),
            _one_of("The numeric encoding", self.numeric, get_args(Numeric)),
            _between("Bins", self.bins, 2, 256),
            _between("Cuts", self.cuts, 0, 256),
            _between("Folds", self.folds, 1, MOST_FOLDS),
            _between("Members", self.members, 1, 64),
            _between("The share taught by boosted trees", self.taught, 0, 1),
            _between("The dropout of taught networks", self.taught_dropout, 0, 0.9),
            "Boosted trees teach a team of three folds or more."
            if self.taught and self.folds < TAUGHT_FOLDS
            else "",
            *self._additive_problems(),
            _between("The seed", self.seed, 0, 2**31 - 1),
        ]

    def _additive_problems(self) -> list[str]:
        if not self.additive:
            return ["Only an additive network can be monotone."] if self.monotone else []
        known = set(self.monotone.values()) <= {-1, 1}
        bends = self.monotone and self.activation == "gelu"
        return [
            "" if len(self.layers) == 1 else "An additive network has one hidden layer.",
            "" if self.members == 1 else "An additive network has one member per fold.",
            "" if known else "A monotone direction is 1 or -1.",
            "gelu is not monotone: choose relu, tanh or sigmoid." if bends else "",
        ]

    @property
    def networks(self) -> int:
        """Networks whose log-odds are averaged."""
        return self.folds * self.members

    @property
    def drops_out(self) -> bool:
        """Whether hidden units are ever left out."""
        return bool(self.dropout or (self.taught and self.taught_dropout))

    def refits(self, goods: int, bads: int) -> bool:
        """Return whether a team learns again that has learnt from so many of either."""
        told = goods * bads / (goods + bads)
        return self.refit and self.folds > 1 and told >= REFIT_FROM

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        return asdict(self) | {"layers": list(self.layers), "monotone": dict(self.monotone)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "NetworkSettings":
        """Return the settings that `to_json` wrote; what is absent has its default.

        Taught networks had the dropout of all others before theirs was a setting.
        """
        layers = {"layers": tuple(data["layers"])} if "layers" in data else {}
        dropout = {"taught_dropout": data["dropout"]} if "dropout" in data else {}
        return cls(**{**dropout, **data, **layers})


def _between(what: str, value: float, low: float, high: float) -> str:
    if low <= value <= high:
        return ""
    return f"{what} should be between {low:g} and {high:,g}, but is {value:g}."


def _one_of(what: str, value: str, known: tuple[str, ...]) -> str:
    return "" if value in known else f"{what} should be one of {', '.join(known)}, not {value!r}."


@dataclass(frozen=True, slots=True)
class Preset:
    """Settings with a name, and one sentence that says when to choose them."""

    title: str
    sentence: str
    settings: NetworkSettings


PRESETS: dict[str, Preset] = {
    "recommended": Preset(
        "Recommended",
        "Choose this first: a team of small networks that check each other, copes with missing "
        "values and odd scales, is taught by boosted trees where these know more, and stops by "
        "itself.",
        NetworkSettings(
            layers=(64, 64),
            dropout=0.15,
            learning_rate=1.5e-3,
            weight_decay=3e-3,
            batch_size=192,
            epochs=200,
            patience=10,
            cuts=64,
            folds=4,
            members=4,
            apart=True,
            taught=1.0,
            taught_dropout=0.05,
            refit=True,
            calibrate=True,
        ),
    ),
    "additive": Preset(
        "Additive",
        "Choose this when every step must be open to inspection: each field has a curve of its "
        "own, the curves add up to the score, and a direction can be guaranteed.",
        NetworkSettings(
            layers=(16,),
            dropout=0.0,
            learning_rate=3e-3,
            weight_decay=3e-3,
            batch_size=192,
            epochs=80,
            patience=10,
            cuts=32,
            folds=4,
            additive=True,
            calibrate=True,
        ),
    ),
    "paper": Preset(
        "Paper baseline",
        "Choose this to compare with published results: a small 32-16-1 network, trained for "
        "exactly 10 epochs.",
        NetworkSettings(
            layers=(32, 16),
            dropout=0.0,
            optimiser="adam",
            batch_size=32,
            epochs=10,
            patience=0,
            numeric="standard",
        ),
    ),
    "custom": Preset(
        "Custom",
        "Choose this to set layers, optimiser and regularisation yourself.",
        NetworkSettings(),
    ),
}
