"""Differential entropy: the value that mathematics gives for noise and tones; the smoother equals Kalman and RTS."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.features.base import front_end
from ai4er.features.differential_entropy import BANDS, DifferentialEntropy, kalman_smoothed, moving_mean
from ai4er.records import Record


def _record(eeg: np.ndarray, rate: int = 200) -> Record:
    return Record(
        id="one", corpus="test", arrays={"eeg": eeg.astype(np.float32)}, attributes={"sample_rate": str(rate)}
    )


def _features(spec: str, eeg: np.ndarray, rate: int = 200) -> np.ndarray:
    end = front_end(f"differential_entropy:{spec}")
    (features,) = end.extract([end.load(_record(eeg, rate))])
    assert end.is_timed(features)
    return features


def entropy(variance: float) -> float:
    return 0.5 * float(np.log(2 * np.pi * np.e * variance))


def test_unit_variance_has_1_4189() -> None:
    assert entropy(1.0) == pytest.approx(1.4189, abs=1e-4)


@pytest.mark.parametrize("variance", [0.25, 1.0, 9.0, 400.0])
def test_all_pass_white_noise_of_variance_v_has_half_ln_2_pi_e_v(variance: float) -> None:
    eeg = np.random.default_rng(0).normal(0, variance**0.5, (60 * 200, 3))
    features = _features("window=4,bands=all,smoothing=none", eeg)
    assert features.shape == (15, 3, 1)
    assert features.mean() == pytest.approx(entropy(variance), abs=0.02)


def test_a_band_of_white_noise_has_its_share_of_the_variance() -> None:
    eeg = np.random.default_rng(1).normal(0, 2, (200 * 200, 2))
    features = _features("window=10,bands=seed,smoothing=none", eeg).mean(axis=(0, 1))
    shares = np.array([(high - low) / 100 for low, high in BANDS["seed"]])
    assert features == pytest.approx([entropy(4 * share) for share in shares], abs=0.13)


def test_a_tone_is_in_its_band_with_half_its_squared_amplitude() -> None:
    time = np.arange(60 * 200) / 200
    eeg = 6 * np.sin(2 * np.pi * 11 * time)[:, None]
    features = _features("bands=seed,smoothing=none", eeg)[5:-5, 0]
    assert features[:, 2] == pytest.approx(entropy(18), abs=0.05)
    assert (features[:, [0, 1, 3, 4]] < features[:, 2:3] - 2).all()


def test_ten_times_the_amplitude_adds_ln_10_everywhere() -> None:
    eeg = np.random.default_rng(2).normal(0, 1, (2000, 4))
    for smoothing in ("kalman", "moving", "none"):
        one, ten = (_features(f"smoothing={smoothing}", scale * eeg) for scale in (1, 10))
        assert ten - one == pytest.approx(np.log(10), abs=1e-4)


def test_the_fft_variant_is_log2_of_100_times_the_mean_squared_magnitude() -> None:
    eeg = np.random.default_rng(3).normal(0, 1, (200, 2))
    features = _features("bands=seed_vii,method=fft,smoothing=none", eeg)
    spectrum = np.abs(np.fft.fft(np.pad(eeg * np.hanning(200)[:, None], ((0, 56), (0, 0))), axis=0)) ** 2
    for band, (low, high) in enumerate(BANDS["seed_vii"]):
        bins = [k for k in range(129) if low <= k * 200 / 256 < high]
        assert features[0, :, band] == pytest.approx(np.log2(100 * spectrum[bins].mean(axis=0)), rel=1e-5)


def _kalman_and_rts(values: np.ndarray) -> np.ndarray:
    """The smoother step by step, for one series."""
    means, variances, predicted = [], [], []
    mean, variance = float(values.mean()), 0.1
    for step, value in enumerate(values):
        if step:
            variance += 0.001
        predicted.append((mean, variance))
        gain = variance / (variance + 1.0)
        mean, variance = mean + gain * (value - mean), (1 - gain) * variance
        means.append(mean)
        variances.append(variance)
    smoothed = means[-1:]
    for step in range(len(values) - 2, -1, -1):
        gain = variances[step] / predicted[step + 1][1]
        smoothed.append(means[step] + gain * (smoothed[-1] - predicted[step + 1][0]))
    return np.array(smoothed[::-1])


@pytest.mark.parametrize("steps", [1, 2, 3, 57])
def test_the_smoother_equals_kalman_filter_and_rauch_tung_striebel(steps: int) -> None:
    values = np.random.default_rng(steps).normal(3, 2, (steps, 4, 5))
    smoothed = kalman_smoothed(values)
    for channel in range(4):
        for band in range(5):
            series = values[:, channel, band]
            assert smoothed[:, channel, band] == pytest.approx(_kalman_and_rts(series), rel=1e-9)


def test_smoothing_keeps_constants_and_makes_noise_smaller() -> None:
    assert kalman_smoothed(np.full((9, 2), 7.0)) == pytest.approx(7.0)
    noise = np.random.default_rng(4).normal(0, 1, (500, 3))
    assert kalman_smoothed(noise).std() < 0.3 * noise.std()


def test_the_moving_mean_takes_the_windows_that_exist() -> None:
    assert moving_mean(np.arange(6.0)[:, None])[:, 0] == pytest.approx([1, 1.5, 2, 3, 3.5, 4])
    assert moving_mean(np.array([[1.0], [2.0]]))[:, 0] == pytest.approx([1.5, 1.5])


def test_another_rate_gives_the_same_entropies() -> None:
    def tones(rate: int) -> np.ndarray:
        time = np.arange(20 * rate) / rate
        return np.stack([3 * np.sin(2 * np.pi * f * time) for f in (2, 6, 11, 20, 40)], axis=1)

    one, other = (_features("smoothing=none", tones(rate), rate) for rate in (200, 256))
    diagonal = np.arange(5)
    assert one[3:-3, diagonal, diagonal] == pytest.approx(other[3:-3, diagonal, diagonal], abs=0.02)


def test_channels_and_items_do_not_touch_each_other() -> None:
    generator = np.random.default_rng(5)
    items = [generator.normal(0, 1, (n, 3)) for n in (400, 900, 650)]
    end = DifferentialEntropy()
    together = end.extract(items)
    assert [len(features) for features in together] == [2, 4, 3]
    for eeg, features in zip(items, together):
        assert np.array_equal(end.extract([eeg])[0], features)
        assert end.extract([eeg[:, :1]])[0] == pytest.approx(features[:, :1], abs=1e-5)


def test_a_dead_electrode_has_a_finite_entropy() -> None:
    assert np.isfinite(_features("", np.zeros((600, 2)))).all()


def test_the_bands_of_generated_eeg_tell_the_state_of_unseen_subjects() -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    records = open_corpus("synthetic_eeg:seed=2").read()
    end = front_end("differential_entropy")
    features = end.extract([end.load(record) for record in records])
    assert all(f.shape == (4, 62, 5) for f in features)
    x = np.stack([f.mean(axis=0).ravel() for f in features])
    y, test = records.column("label").astype(str), records.column("split") == "test"
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01)).fit(x[~test], y[~test])
    assert model.score(x[test], y[test]) > 0.8


def test_own_bands_can_be_given() -> None:
    eeg = np.random.default_rng(6).normal(0, 1, (800, 2))
    assert _features("bands=4-8/8-13.5/20-30", eeg).shape == (4, 2, 3)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("bands=alpha", "seed, seed_vii, deap, all, or edges in hertz"),
        ("sample_rate=80", "31-50 Hz is not within 0 and 40 Hz"),
        ("window=9", r"5.00 s of EEG are less than a window of 9 s"),
        ("smoothing=wavelet", "smoothing='wavelet'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(spec: str, message: str) -> None:
    with pytest.raises(Ai4erError, match=message):
        _features(spec, np.random.default_rng(7).normal(0, 1, (1000, 2)))


def test_a_record_without_eeg_is_named() -> None:
    with pytest.raises(Ai4erError, match="empty: the record has no EEG"):
        front_end("differential_entropy").load(Record(id="empty", corpus="test"))
