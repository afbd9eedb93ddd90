"""NER and CEBRA as estimators: labels, trials, lists of recordings, parameters and what they refuse."""

import numpy as np
import pandas as pd
import pytest
from samples import simulated_recording
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import ner
from ner.methods import registry as methods
from ner.storage.errors import InputError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
QUICK = {"steps": 20, "batch_size": 16, "random_state": 0}
KINDS = [ner.NER, ner.CEBRA]


@pytest.fixture(scope="module")
def recording():
    return simulated_recording(trials=24)


@pytest.mark.parametrize(
    ("module", "settings", "estimator", "columns"),
    [
        ("ner", {}, ner.NER(angles=(2,)), 3),
        ("cebra", {}, ner.CEBRA(), 3),
        ("cebra", {"positives": "velocity"}, ner.CEBRA(), 2),
    ],
)
def test_methods_and_estimators_are_one_implementation(recording, module, settings, estimator, columns):
    quick = {"steps": 20, "batch_size": 16}
    fit = methods.fit(module, recording, {**settings, **quick}, seed=3)
    estimator.set_params(**quick, random_state=3)
    estimator.fit(recording.rates[recording.train], recording.labels[recording.train, :columns])
    np.testing.assert_array_equal(estimator.transform(recording.rates), fit.coordinates)
    np.testing.assert_array_equal(estimator.loss_history_, fit.history["loss"])


@pytest.mark.parametrize("kind", KINDS)
def test_equal_seeds_give_equal_bits(recording, kind):
    X, y = recording.rates, recording.labels
    model = kind(**QUICK)
    first = model.fit_transform(X, y)
    np.testing.assert_array_equal(first, clone(model).fit(X, y).transform(X))
    assert not np.array_equal(first, clone(model).set_params(random_state=1).fit_transform(X, y))
    assert not np.array_equal(*(clone(model).set_params(random_state=None).fit_transform(X, y) for _ in range(2)))
    state = [np.random.RandomState(5) for _ in range(2)]  # noqa: NPY002
    np.testing.assert_array_equal(*(clone(model).set_params(random_state=s).fit_transform(X, y) for s in state))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("columns", [1, 2, 5])
def test_any_number_of_labels_and_a_batch_beyond_the_bins(kind, columns):
    random = np.random.default_rng(0)
    X, y = random.normal(size=(40, 6)), random.normal(size=(40, columns))
    embedding = kind(steps=3, batch_size=100, dimensions=4, random_state=0).fit_transform(X, y)
    assert embedding.shape == (40, 4)
    np.testing.assert_allclose(np.linalg.norm(embedding, axis=1), 1, atol=1e-6)


def test_a_single_column_of_labels_may_be_flat(recording):
    X, speed = recording.rates, np.linalg.norm(recording.velocity, axis=1)
    flat, column = (ner.NER(**QUICK).fit_transform(X, y) for y in (speed, speed[:, None]))
    np.testing.assert_array_equal(flat, column)


def test_a_weight_scales_its_column_and_0_leaves_it_out(recording):
    X, y = recording.rates, recording.labels
    weighted = ner.NER(**QUICK, angles=(2,), weights=(2, 0.5, 0)).fit_transform(X, y)
    np.testing.assert_array_equal(weighted, ner.NER(**QUICK).fit_transform(X, y[:, :2] * [2, 0.5]))
    ones = ner.NER(**QUICK, angles=(2,), weights=(1, 1, 1)).fit_transform(X, y)
    np.testing.assert_array_equal(ones, ner.NER(**QUICK, angles=(-1,)).fit_transform(X, y))


def test_angles_may_lie_beyond_a_turn(recording):
    X, y = recording.rates, recording.labels
    turned = y + [0, 0, -720]
    np.testing.assert_array_equal(*(ner.NER(**QUICK, angles=(2,)).fit_transform(X, labels) for labels in (y, turned)))


@pytest.mark.parametrize("kind", KINDS)
def test_trials_change_the_training(recording, kind):
    X, y = recording.rates, recording.labels
    across, within = (kind(**QUICK).fit_transform(X, y, trials=trials) for trials in (None, recording.trial))
    assert not np.array_equal(across, within)


def test_no_steps_leave_the_encoder_as_its_seed_makes_it(recording):
    model = ner.NER(steps=0, random_state=0).fit(recording.rates, recording.labels)
    other = ner.CEBRA(steps=0, random_state=0).fit(recording.rates, recording.velocity)
    np.testing.assert_array_equal(*(m.transform(recording.rates) for m in (model, other)))
    assert model.loss_history_.shape == (0,)


@pytest.mark.parametrize("kind", KINDS)
def test_embeds_in_the_type_of_the_rates(recording, kind):
    model = kind(**QUICK).fit(recording.rates, recording.labels)
    for dtype in (np.float32, np.float64):
        assert model.transform(recording.rates.astype(dtype)).dtype == dtype


def test_frames_pipelines_and_searches(recording):
    X = pd.DataFrame(recording.rates).add_prefix("neuron_")
    y = recording.velocity
    model = ner.NER(steps=60, batch_size=32, learning_rate=3e-3, random_state=0)
    frame = clone(model).set_output(transform="pandas").fit_transform(X, y)
    assert list(frame.columns) == ["ner0", "ner1", "ner2"]
    pipeline = make_pipeline(StandardScaler(), model, LinearRegression())
    assert pipeline.fit(X, y, ner__trials=recording.trial).score(X, y) > 0.2
    search = GridSearchCV(pipeline, {"ner__dimensions": [2, 3]}, cv=KFold(2)).fit(X, y)
    assert search.best_params_["ner__dimensions"] in (2, 3)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_training_lowers_the_loss_and_says_so_when_it_does_not(recording, recwarn):
    X, y = recording.rates, recording.velocity
    model = ner.NER(steps=200, batch_size=64, learning_rate=3e-3, random_state=0).fit(X, y)
    assert not recwarn
    assert model.loss_history_[-20:].mean() < model.loss_history_[:20].mean()
    with pytest.warns(ConvergenceWarning, match=r"The loss did not fall in 20 steps \(first .*, last"):
        # All bins are one point on the sphere, wherever it is.
        ner.NER(**QUICK).fit(np.zeros_like(X), y)


REFUSED = {
    "text": (lambda X, y: (X, np.where(y[:, 0] > 0, "left", "right")), "y: found labels such as '(left|right)'"),
    "text among numbers": (lambda X, y: (X, ["left", *y[1:, 0]]), "y: found labels such as 'left'"),
    "dates": (lambda X, y: (X, np.full(len(X), "2020-01-01", "M8[D]")), "y: found labels such as '2020"),
    "NaN in labels": (lambda X, y: (X, np.where(y > 1, np.nan, y)), "Input y contains NaN"),
    "NaN in rates": (lambda X, y: (np.where(X > 2, np.nan, X), y), "Input X contains NaN"),
    "infinite rates": (lambda X, y: (np.where(X > 2, np.inf, X), y), "Input X contains infinity"),
    "other lengths": (lambda X, y: (X, y[1:]), "inconsistent numbers of samples"),
    "no labels": (lambda X, y: (X, None), "requires y to be passed"),
    "one bin": (lambda X, y: (X[:1], y[:1]), "1 sample"),
    "lists of other lengths": (lambda X, y: ([X, X], [y]), r"y: found a list of 1; expected a list of 2"),
    "masked labels": (lambda X, y: (X, np.ma.masked_greater(y, 1)), r"y: found an array with \d+ masked values"),
    "masked rates": (lambda X, y: (np.ma.masked_greater(X, 2), y), r"X: found an array with \d+ masked values"),
    "sparse labels": (lambda X, y: (X, csr_array(y)), "y: found a sparse array"),
    "missing labels": (lambda X, y: (X, pd.DataFrame(y, dtype="Float64").mask(y > 1)), "Input y contains NaN"),
    "no label of one bin": (lambda X, y: (X, [None, *y[1:, 0]]), "Input y contains NaN"),
    "frames in other orders": (
        lambda X, y: (pd.DataFrame(X).add_prefix("n"), pd.DataFrame(y).iloc[::-1]),
        "y: found the rows of X in another order",
    ),
    "the same labels everywhere": (lambda X, y: (X, np.ones_like(y)), "y: found the same labels in all bins"),
    "labels beyond float32": (lambda X, y: (X, y * 1e200), "y: found weighted labels of up to"),
    "a list and no list": (lambda X, y: ([X, X], y), r"y: found no list; expected a list of 2"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_data_that_cannot_be_used_are_refused(recording, case):
    change, message = REFUSED[case]
    with pytest.raises(ValueError, match=message) as raised:
        ner.NER(**QUICK).fit(*change(recording.rates, recording.labels))
    assert not isinstance(raised.value, InputError) or "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("trials", "message"),
    [
        (lambda trial: trial[:, None], r"an array of shape \(\d+, 1\) for \d+ bins"),
        (lambda trial: np.unique(trial), r"an array of shape \(24,\) for"),
        (lambda trial: np.where(trial > 20, np.nan, trial), r"\d+ bins without a trial"),
        (
            lambda trial: pd.array(trial, dtype="Int64").astype(object) * [pd.NA, *np.ones(len(trial) - 1)],
            "1 bins without",
        ),
        (lambda trial: np.ma.masked_greater(trial, 20), r"\d+ masked values"),
        (lambda trial: trial < 20, "True and False"),
        (lambda trial: np.arange(len(trial)), "no trial with two bins in a row"),
        (lambda trial: np.arange(len(trial)) % 40, "no trial with two bins in a row"),
    ],
)
def test_trials_that_cannot_be_are_refused(recording, trials, message):
    with pytest.raises(InputError, match=f"trials: found .*{message}"):
        ner.NER(**QUICK).fit(recording.rates, recording.labels, trials=trials(recording.trial))


def test_angles_in_radians_are_warned_of(recording):
    labels = np.column_stack([recording.velocity, np.deg2rad(recording.direction)])
    with pytest.warns(UserWarning, match="column 2 of `angles` goes from .* as radians do; expected degrees"):
        ner.NER(**QUICK, angles=(2,)).fit(recording.rates, labels)


@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
def test_what_is_not_finite_is_refused(recording):
    X, y = recording.rates, recording.velocity
    for rates, changes in ((X * 1e200, {}), (X, {"learning_rate": 1e30})):
        with pytest.raises(InputError, match="training: found .* finite"):
            ner.NER(**{**QUICK, **changes}).fit(rates, y)
    with pytest.raises(InputError, match="X: found rates of up to .*, of which no embedding is finite"):
        ner.NER(**QUICK).fit(X, y).transform(X * 1e200)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"random_state": -1}, "random_state: found -1; expected a whole number from 0"),
        ({"random_state": True}, "random_state: found True"),
        ({"random_state": 2**70}, "random_state: found"),
        ({"random_state": "0"}, "random_state: found '0'"),
        ({"weights": "1, 1, 1"}, "weights: found '1, 1, 1'; expected 3 numbers"),
        ({"weights": {0: 1}}, r"weights: found \{0: 1\}; expected 3 numbers"),
        ({"dimensions": 1}, "dimensions: found 1; expected a whole number from 2"),
        ({"dimensions": 3.0}, "dimensions: found 3.0"),
        ({"steps": -1}, "steps: found -1"),
        ({"steps": True}, "steps: found True"),
        ({"batch_size": 1}, "batch_size: found 1"),
        ({"learning_rate": 0}, "learning_rate: found 0"),
        ({"learning_rate": np.nan}, "learning_rate: found nan"),
        ({"temperature": -1.0}, "temperature: found -1.0"),
        ({"hidden_units": ()}, r"hidden_units: found \(\)"),
        ({"hidden_units": 32}, "hidden_units: found 32"),
        ({"angles": (3,)}, r"angles: found \(3,\) for 3 columns"),
        ({"angles": 2}, "angles: found 2; expected a sequence"),
        ({"weights": (1, 1)}, "weights: found .*; expected 3 numbers"),
        ({"weights": (1, 1, -1)}, "weights: found"),
        ({"weights": (0, 0, 0)}, "not all of them 0"),
        ({"device": "tpu"}, "device: found 'tpu'"),
    ],
)
def test_parameters_that_cannot_be_used_are_refused(recording, parameters, message):
    with pytest.raises(InputError, match=message):
        ner.NER(**{**QUICK, **parameters}).fit(recording.rates, recording.labels)


def test_transform_refuses_other_neurons_and_an_unfitted_model(recording):
    model = ner.NER(**QUICK)
    with pytest.raises(NotFittedError):
        model.transform(recording.rates)
    model.fit(recording.rates, recording.labels)
    with pytest.raises(ValueError, match="X has 8 features, but NER is expecting 9 features"):
        model.transform(recording.rates[:, 1:])


@pytest.fixture(scope="module")
def two_days():
    return [simulated_recording(trials=48, neurons=neurons, seed=seed) for neurons, seed in ((9, 0), (14, 1))]


def test_a_list_of_recordings_is_fitted_one_by_one_and_aligned(two_days):
    X, y, trials = ([getattr(day, name) for day in two_days] for name in ("rates", "labels", "trial"))
    model = ner.NER(steps=400, batch_size=128, learning_rate=3e-3, angles=(2,), random_state=0)
    first, second = model.fit_transform(X, y, trials=trials)
    alone = clone(model).fit(X[1], y[1], trials=trials[1]).transform(X[1])
    np.testing.assert_array_equal(clone(model).fit(X[0], y[0], trials=trials[0]).transform(X[0]), first)
    np.testing.assert_array_equal(ner.align(alone, first, y[1], y[0], angles=(2,)).transform(alone), second)
    decoder = LinearRegression().fit(first, two_days[0].velocity)
    aligned, unaligned = (r2_score(two_days[1].velocity, decoder.predict(z)) for z in (second, alone))
    assert aligned > 0.4 > unaligned
    skipped, again = model.transform([None, X[1]])
    assert skipped is None
    np.testing.assert_array_equal(again, second)
    with pytest.raises(InputError, match="X: found something else; expected a list of 2 recordings"):
        model.transform(X[1])
    # Fitted again to one recording, nothing is left of the others.
    assert model.fit(X[0], y[0]).transform(X[0]).shape == (len(X[0]), 3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_of_recordings_gives_a_list_of_what_set_output_asks_for(two_days, kind):
    X = [
        pd.DataFrame(day.rates, index=pd.RangeIndex(1000 * k, 1000 * k + len(day.rates))).add_prefix("neuron_")
        for k, day in enumerate(two_days)
    ]
    y = [day.labels for day in two_days]
    plain = kind(**QUICK).fit(X, y)
    arrays = plain.transform(X)
    assert all(isinstance(array, np.ndarray) for array in arrays)
    # Asked for before the fit, or after it.
    for frames in (
        kind(**QUICK).set_output(transform="pandas").fit_transform(X, y),
        plain.set_output(transform="pandas").transform(X),
    ):
        assert isinstance(frames, list)
        for frame, array, rates in zip(frames, arrays, X, strict=True):
            np.testing.assert_array_equal(frame, array)
            assert frame.index.equals(rates.index)
            assert list(frame.columns) == list(plain.recordings_[0].get_feature_names_out())
    skipped, frame = plain.transform([None, X[1]])
    assert skipped is None and isinstance(frame, pd.DataFrame)
    # The encoder of a recording by itself is not rotated, and stays as it was.
    alone = plain.recordings_[1].transform(X[1])
    assert isinstance(alone, np.ndarray) and np.abs(alone - arrays[1]).max() > 1e-3
    assert isinstance(plain.set_output(transform="default").transform(X)[1], np.ndarray)
    single = [rates.astype(np.float32) for rates in X]
    assert [array.dtype for array in plain.transform(single)] == [np.float32, np.float32]
