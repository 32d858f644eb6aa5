"""Shapley values against their definition, their axioms and an independent library."""

from dataclasses import replace
from itertools import combinations, pairwise
from math import comb

import numpy as np
import pandas as pd
import pytest
from small_models import small_model

from core.errors import ExplanationError
from core.explanation.attribution import Precision
from core.explanation.shapley import Explainer, explain
from core.model.served import ServedNetwork


def by_definition(model, row, reference):
    """Return Shapley values from every coalition's full forward pass, as the formula has it."""
    names = list(model.encoder.names)

    def worth(coalition):
        mixed = reference.copy()
        for name in coalition:
            mixed[name] = row[name].iloc[0]
        return model.log_odds(mixed).mean()

    values = np.zeros(len(names))
    for place, name in enumerate(names):
        others = [other for other in names if other != name]
        for size in range(len(names)):
            for coalition in combinations(others, size):
                gain = worth((*coalition, name)) - worth(coalition)
                values[place] += gain / (len(names) * comb(len(names) - 1, size))
    return values


@pytest.mark.parametrize("row", [0, 1, 7])
def test_values_are_those_of_the_definition(model, row):
    """Enumeration through the first layer equals the formula over full forward passes."""
    applicant, reference = model.frame.iloc[[row]], model.frame.iloc[20:32]
    attribution = explain(model, applicant, reference)
    expected = by_definition(model, applicant, reference)
    np.testing.assert_allclose(attribution.values, expected, atol=2e-6)
    assert attribution.method == "exact"
    assert attribution.se is None


def test_shap_agrees(model):
    """Shap's exact explainer, which knows nothing of layers, finds the same values."""
    shap = pytest.importorskip("shap")
    applicant, reference = model.frame.iloc[[3]], model.frame.iloc[20:40]
    both = pd.concat([reference, applicant], ignore_index=True)

    def score(rows):
        """Score mixtures of rows, given as positions in `both` for each field."""
        columns = {
            name: both[name].iloc[rows[:, place].astype(int)].to_numpy()
            for place, name in enumerate(both)
        }
        mixed = pd.DataFrame(columns).astype(both.dtypes)
        return model.log_odds(mixed)

    positions = np.repeat(np.arange(len(both))[:, None], both.shape[1], axis=1).astype(float)
    masker = shap.maskers.Independent(positions[:-1], max_samples=len(reference))
    found = shap.explainers.ExactExplainer(score, masker)(positions[-1:])
    attribution = explain(model, applicant, reference)
    np.testing.assert_allclose(attribution.values, found.values[0], atol=2e-6)
    assert attribution.base == pytest.approx(float(found.base_values[0]), abs=1e-6)


@pytest.mark.parametrize("fixture", ["model", "wide_model"])
def test_values_add_up_to_the_score(fixture, request):
    """Base and values sum to the scored log-odds within 1e-6, sampled or not."""
    model = request.getfixturevalue(fixture)
    explainer = Explainer(model, model.frame.iloc[20:])
    for row in range(5):
        attribution = explainer.explain(model.frame.iloc[[row]])
        scored = model.network.log_odds_row(model.encoder.encode(model.frame.iloc[[row]])[0])
        assert attribution.log_odds == scored
        assert attribution.base + attribution.values.sum() == pytest.approx(scored, abs=1e-9)
        assert abs(attribution.gap) <= 1e-9


def test_a_field_the_network_ignores_gets_nothing(model):
    """Dummy: without weights in the first layer a field's value is exactly zero."""
    weights = [weight.copy() for weight in model.network.weights]
    weights[0][model.encoder.block("n1")] = 0
    blind = replace(model, network=ServedNetwork(weights, model.network.biases))
    attribution = explain(blind, model.frame.iloc[[0]], model.frame.iloc[20:40])
    assert attribution.values[attribution.names.index("n1")] == 0
    assert np.count_nonzero(attribution.values) == 4


def test_fields_that_play_the_same_part_get_the_same(model):
    """Symmetry: a copied column with copied weights shares its effect evenly."""
    weights = [weight.copy() for weight in model.network.weights]
    weights[0][model.encoder.block("n3")] = weights[0][model.encoder.block("n2")]
    frame = model.frame.assign(n3=model.frame["n2"])
    encoder = type(model.encoder).fit(frame, model.schema.columns, "piecewise", bins=4)
    twin = replace(model, encoder=encoder, network=ServedNetwork(weights, model.network.biases))
    attribution = explain(twin, frame.iloc[[0]], frame.iloc[20:40])
    by_name = dict(zip(attribution.names, attribution.values, strict=True))
    assert by_name["n2"] == pytest.approx(by_name["n3"], abs=1e-6)
    assert abs(by_name["n2"]) > 1e-3


def test_values_are_linear_in_the_model(model):
    """Linearity: doubling the last layer doubles every value."""
    twice = [*model.network.weights[:-1], 2 * model.network.weights[-1]]
    biases = [*model.network.biases[:-1], 2 * model.network.biases[-1]]
    doubled = replace(model, network=ServedNetwork(twice, biases))
    applicant, reference = model.frame.iloc[[0]], model.frame.iloc[20:40]
    np.testing.assert_allclose(
        explain(doubled, applicant, reference).values,
        2 * explain(model, applicant, reference).values,
        atol=2e-6,
    )


def test_a_linear_network_needs_no_coalitions():
    """Without hidden layers a value is the field's own term less its mean over the reference."""
    model = small_model(hidden=())
    applicant, reference = model.frame.iloc[[0]], model.frame.iloc[20:40]
    terms = [
        (model.encoder.encode(frame) * model.network.weights[0][:, 0])
        for frame in (applicant, reference)
    ]
    expected = [
        terms[0][0, block].sum() - terms[1][:, block].sum(axis=1).mean()
        for block in map(model.encoder.block, model.encoder.names)
    ]
    np.testing.assert_allclose(explain(model, applicant, reference).values, expected, atol=1e-5)


def test_an_applicant_like_the_reference_has_nothing_to_explain(model):
    """Against itself an applicant has zero values, and no coalition is evaluated."""
    attribution = explain(model, model.frame.iloc[[0]], model.frame.iloc[[0]])
    assert not attribution.values.any()
    assert attribution.n_coalitions == 0
    assert attribution.base == attribution.log_odds


def test_sampled_values_are_near_exact_ones_and_say_how_near(wide_model):
    """Usual bars are at most 1 % of the largest value; they hold 19 exact values of 20."""
    explainer = Explainer(wide_model, wide_model.frame.iloc[20:])
    rows = wide_model.frame.iloc[:12]
    sampled = list(explainer.explain_rows(rows))
    exact = list(explainer.explain_rows(rows, Precision(exact=True)))
    assert {a.method for a in sampled} == {"sampled"}
    assert {a.method for a in exact} == {"exact"}
    errors = np.abs([s.values - e.values for s, e in zip(sampled, exact, strict=True)])
    for said in sampled:
        assert said.precise
        assert said.bars.max() <= 0.01 * np.abs(said.values).max()
        assert (said.bars > 1.95 * said.se).all()
    assert 0.91 <= (errors <= [s.bars for s in sampled]).mean() <= 0.99


@pytest.mark.parametrize("rows", [1, 3, 40])
def test_bars_hold_whatever_the_size_of_the_population(wide_model, rows):
    """Short rounds against one, a few or many reference applicants: 93 to 99 of 100 values."""
    explainer = Explainer(wide_model, wide_model.frame.iloc[:rows])
    applicants = wide_model.frame.iloc[40:]
    first = [next(explainer.sharpen(row)) for row in wide_model.encoder.encode(applicants)]
    exact = list(explainer.explain_rows(applicants, Precision(exact=True)))
    pairs = [(f, e) for f, e in zip(first, exact, strict=True) if f.method == "sampled"]
    assert len(pairs) >= 10
    inside = [np.abs(f.values - e.values) <= f.bars for f, e in pairs]
    assert 0.92 <= np.mean(inside) <= 0.99


def test_an_explanation_sharpens_to_what_explain_returns(wide_model):
    """Each step has shorter bars and more coalitions; the last is the answer, bit for bit."""
    explainer = Explainer(wide_model, wide_model.frame.iloc[20:])
    encoded = wide_model.encoder.encode(wide_model.frame.iloc[[0]])[0]
    precision = Precision(target=0.002, most_coalitions=2_000_000)
    steps = list(explainer.sharpen(encoded, precision))
    assert len(steps) >= 3
    assert [s.precise for s in steps] == [False] * (len(steps) - 1) + [True]
    for rough, sharp in pairwise(steps):
        assert sharp.bars.max() < rough.bars.max()
        assert sharp.n_coalitions > rough.n_coalitions
        assert abs(sharp.gap) <= 1e-9
    answer = explainer.explain(wide_model.frame.iloc[[0]], precision)
    assert answer.values.tobytes() == steps[-1].values.tobytes()


def test_a_limit_is_kept_and_said(wide_model):
    """With too few coalitions for the target, the bars are longer and the answer says so."""
    explainer = Explainer(wide_model, wide_model.frame.iloc[20:])
    precision = Precision(target=1e-6, most_coalitions=20_000)
    said = explainer.explain(wide_model.frame.iloc[[0]], precision)
    assert not said.precise
    assert 10_000 < said.n_coalitions <= 20_000
    assert said.bars.max() > 1e-6 * np.abs(said.values).max()


def test_bits_do_not_depend_on_the_number_of_threads(wide_model):
    """One thread and several find the same values and bars."""
    explainer = Explainer(wide_model, wide_model.frame.iloc[20:])
    encoded = wide_model.encoder.encode(wide_model.frame.iloc[[0]])[0]
    one, three = (list(explainer.sharpen(encoded, threads=threads))[-1] for threads in (1, 3))
    assert one.values.tobytes() == three.values.tobytes()
    assert one.bars.tobytes() == three.bars.tobytes()


def test_ten_fields_are_always_exact_and_seventeen_never():
    """Few fields are enumerated whatever is asked for; with too many it is refused."""
    few = small_model(numbers=8, categories=2, hidden=(16, 8))
    rough = Precision(target=1, most_coalitions=1)
    said = Explainer(few, few.frame.iloc[20:]).explain(few.frame.iloc[[0]], rough)
    assert (said.method, said.precise) == ("exact", True)
    many = small_model(numbers=17, categories=0)
    explainer = Explainer(many, many.frame.iloc[20:])
    with pytest.raises(ExplanationError, match="up to 17 fields, and coalitions of at most 16"):
        explainer.explain(many.frame.iloc[[1]], Precision(exact=True))


def team(seeds, **kwargs):
    """Return a model whose network is the mean of random members on one encoder, and those."""
    models = [small_model(seed=0, **kwargs)]
    random = np.random.default_rng(1)
    for _ in seeds[1:]:
        shapes = models[0].network
        network = ServedNetwork(
            [random.permutation(w.ravel()).reshape(w.shape) for w in shapes.weights],
            shapes.biases,
            shapes.activation,
        )
        models.append(replace(models[0], network=network))
    layers = list(zip(*(m.network.weights for m in models), strict=True))
    biases = list(zip(*(m.network.biases for m in models), strict=True))
    joined = ServedNetwork(
        [np.hstack(layers[0]), *(np.concatenate(layer) for layer in layers[1:])],
        [np.concatenate(biases[0]), *(np.concatenate(bias) for bias in biases[1:])],
    )
    return replace(models[0], network=joined), models


@pytest.mark.parametrize("hidden", [(8,), (8, 4), (6, 12, 3)])
def test_a_team_is_explained_by_the_mean_of_its_members(hidden):
    """Linearity over members, whatever the number and width of their layers."""
    model, members = team([0, 1, 2], hidden=hidden)
    applicant, reference = model.frame.iloc[[0]], model.frame.iloc[20:40]
    alone = [explain(member, applicant, reference).values for member in members]
    together = explain(model, applicant, reference)
    np.testing.assert_allclose(together.values, np.mean(alone, axis=0), atol=2e-6)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "gelu"])
def test_every_activation_is_explained_as_it_scores(model, activation):
    """The definition over full forward passes agrees, whichever the activation."""
    network = ServedNetwork(model.network.weights, model.network.biases, activation)
    model = replace(model, network=network)
    applicant, reference = model.frame.iloc[[0]], model.frame.iloc[20:26]
    expected = by_definition(model, applicant, reference)
    np.testing.assert_allclose(explain(model, applicant, reference).values, expected, atol=2e-6)


def test_random_weights_give_other_values(wide_model):
    """Sanity (Adebayo et al. 2018): what explains the trained network does not explain noise."""
    random = np.random.default_rng(5)
    weights = [random.permutation(w.ravel()).reshape(w.shape) for w in wide_model.network.weights]
    noise = replace(wide_model, network=ServedNetwork(weights, wide_model.network.biases))
    found = [
        np.concatenate(
            [
                a.values
                for a in Explainer(m, m.frame.iloc[20:]).explain_rows(wide_model.frame.iloc[:8])
            ]
        )
        for m in (wide_model, noise)
    ]
    assert abs(np.corrcoef(*found)[0, 1]) < 0.35


def test_kernel_explainer_agrees_within_the_bars_of_both():
    """Shap's sampling estimator, with far more coalitions than fields need, finds the same."""
    shap = pytest.importorskip("shap")
    model = small_model(numbers=11, categories=0, hidden=(16, 8), scale=0.7)
    reference = model.frame.iloc[20:30]
    columns = list(reference.columns)

    def score(rows):
        return model.log_odds(pd.DataFrame(rows, columns=columns))

    explainer = shap.KernelExplainer(score, reference)
    found = explainer.shap_values(model.frame.iloc[[1]], nsamples=2**11, silent=True, l1_reg=False)
    said = explain(model, model.frame.iloc[[1]], reference)
    np.testing.assert_allclose(said.values, found[0], atol=0.01 * np.abs(found).max())


def test_rows_together_equal_rows_alone(wide_model):
    """A list of applicants gets the same bits as each applicant alone, in any order."""
    explainer = Explainer(wide_model, wide_model.frame.iloc[20:])
    together = list(explainer.explain_rows(wide_model.frame.iloc[:4]))
    again = Explainer(wide_model, wide_model.frame.iloc[20:])
    for row in (3, 0, 2):
        alone = again.explain(wide_model.frame.iloc[[row]])
        assert alone.values.tobytes() == together[row].values.tobytes()
        assert alone.se.tobytes() == together[row].se.tobytes()


def test_one_row_is_explained_at_a_time(model):
    """Two rows are refused with the number that came."""
    explainer = Explainer(model, model.frame.iloc[20:40])
    with pytest.raises(ExplanationError, match="one row, but received 2"):
        explainer.explain(model.frame.iloc[:2])


def test_an_empty_reference_is_refused(model):
    """There is nobody to compare with."""
    with pytest.raises(ExplanationError, match="at least one applicant"):
        Explainer(model, model.frame.iloc[:0])


def test_a_first_layer_that_does_not_add_up_is_refused(model):
    """Values that would not explain the score are never returned."""

    class Crossed(ServedNetwork):
        def first_layer(self, encoded):
            return super().first_layer(encoded) * (1 + encoded.sum(axis=-1, keepdims=True))

    crossed = replace(model, network=Crossed(model.network.weights, model.network.biases))
    with pytest.raises(ExplanationError, match="first layer should be additive"):
        Explainer(crossed, model.frame.iloc[20:40])


def test_json_holds_every_number(model):
    """The plain form names each field's value, the base, the gap and the method."""
    said = explain(model, model.frame.iloc[[0]], model.frame.iloc[20:40]).to_json()
    assert list(said["values"]) == list(model.encoder.names)
    assert said["base_log_odds"] + sum(said["values"].values()) == pytest.approx(said["log_odds"])
    assert (said["method"], said["reference_rows"]) == ("exact", 20)
