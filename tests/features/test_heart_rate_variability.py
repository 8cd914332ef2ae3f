"""Heart rate variability: values that follow from known intervals, and beats that are really there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.features._r_peaks import r_peaks
from ai4er.features.base import front_end
from ai4er.features.cache import extract_all
from ai4er.features.heart_rate_variability import HIGH, LOW, NAMES, band_power, sample_entropy, variability
from ai4er.records import Record


def _values(intervals: np.ndarray) -> dict[str, float]:
    return dict(zip(NAMES, variability(intervals).tolist()))


def _swinging(frequency: float, amplitude: float = 0.05, mean: float = 0.8, seconds: float = 300) -> np.ndarray:
    """Intervals that swing with a frequency in hertz."""
    times, intervals = [0.0], []
    while times[-1] < seconds:
        intervals.append(mean + amplitude * np.sin(2 * np.pi * frequency * times[-1]))
        times.append(times[-1] + intervals[-1])
    return np.array(intervals)


def test_a_metronome_has_a_rate_and_no_variability() -> None:
    values = _values(np.full(100, 0.75))
    assert values["mean_rr"] == pytest.approx(0.75)
    assert values["heart_rate"] == pytest.approx(80)
    for name in ("sdnn", "rmssd", "pnn50", "lf", "hf", "sd1", "sd2"):
        assert values[name] == pytest.approx(0, abs=1e-6)


def test_alternating_intervals_have_the_variability_of_their_steps() -> None:
    values = _values(np.tile([0.77, 0.83], 50))
    assert values["rmssd"] == pytest.approx(60, rel=1e-5)
    assert values["pnn50"] == 1
    assert values["sdnn"] == pytest.approx(30 * np.sqrt(100 / 99), rel=1e-5)
    assert values["sd1"] == pytest.approx(60 / np.sqrt(2), rel=1e-3)
    assert values["sd2"] == pytest.approx(0, abs=1e-3)


def test_pnn50_is_the_share_of_steps_above_50_milliseconds() -> None:
    assert _values(np.cumsum([0.8, 0.049, 0.051, -0.06, 0.01]))["pnn50"] == pytest.approx(0.5)


def test_the_axes_of_the_poincare_plot_follow_from_sdnn_and_rmssd() -> None:
    values = _values(np.random.default_rng(0).normal(0.8, 0.05, 1000))
    assert values["sd1"] == pytest.approx(values["rmssd"] / np.sqrt(2), rel=1e-3)
    assert values["sd1"] ** 2 + values["sd2"] ** 2 == pytest.approx(2 * values["sdnn"] ** 2, rel=1e-3)


@pytest.mark.parametrize(("frequency", "within", "without"), [(0.1, "lf", "hf"), (0.25, "hf", "lf")])
def test_a_swing_has_half_its_squared_amplitude_in_its_band(frequency: float, within: str, without: str) -> None:
    values = _values(_swinging(frequency))
    assert values[within] == pytest.approx(50**2 / 2, rel=0.06)
    assert values[without] < 0.05 * values[within]
    assert values["lf_hf"] == pytest.approx(values["lf"] / values["hf"], rel=1e-5)


def test_the_power_of_all_bands_of_white_noise_is_its_variance() -> None:
    noise = np.random.default_rng(1).normal(800, 30, (30, 300))
    whole, low, high = (np.mean([band_power(m, band) for m in noise]) for band in ((0.001, 0.625), LOW, HIGH))
    assert whole == pytest.approx(900, rel=0.05)
    assert (low / whole, high / whole) == pytest.approx((0.11 / 0.625, 0.25 / 0.625), abs=0.02)


def test_sample_entropy_counts_matches_as_its_definition_does() -> None:
    values = np.random.default_rng(2).normal(0, 1, 80)
    reach = 0.2 * values.std()

    def matches(length: int) -> int:
        return sum(
            np.abs(values[i : i + length] - values[j : j + length]).max() <= reach
            for i in range(len(values) - 2)
            for j in range(i)
        )

    assert sample_entropy(values) == pytest.approx(-np.log(matches(3) / matches(2)))


def test_what_repeats_has_less_sample_entropy_than_noise() -> None:
    noise = np.random.default_rng(3).normal(0, 1, 400)
    wave = np.sin(np.arange(400) / 5)
    assert sample_entropy(np.tile([1.0, 2.0, 4.0, 3.0], 60)) == pytest.approx(0, abs=0.05)
    assert sample_entropy(wave) < 0.5 < 1.8 < sample_entropy(noise) < 2.8


def _ecg(beats: np.ndarray, rate: float, seconds: float, noise: float = 0.0) -> np.ndarray:
    """R waves of 1 mV, each followed by a T wave, with baseline wander."""
    time = np.arange(round(seconds * rate)) / rate
    ecg = 0.3 * np.sin(2 * np.pi * 0.2 * time) + noise * np.random.default_rng(0).standard_normal(len(time))
    for beat in beats:
        ecg += np.exp(-0.5 * ((time - beat) / 0.012) ** 2) + 0.3 * np.exp(-0.5 * ((time - beat - 0.25) / 0.04) ** 2)
    return ecg


@pytest.mark.parametrize("rate", [128, 250, 256, 1000])
@pytest.mark.parametrize("polarity", [1, -1])
def test_every_beat_is_found_to_a_few_milliseconds(rate: int, polarity: int) -> None:
    beats = 0.5 + np.cumsum(_swinging(0.25, 0.06, 0.75, 28))
    found = r_peaks(polarity * 40 * _ecg(beats, rate, 30), rate)
    assert len(found) == len(beats)
    assert found == pytest.approx(beats, abs=0.004)


def test_beats_are_found_in_noise_and_where_one_is_small() -> None:
    beats = 0.5 + 0.8 * np.arange(36)
    ecg = _ecg(beats, 250, 30, noise=0.05)
    weak = slice(round((beats[20] - 0.1) * 250), round((beats[20] + 0.1) * 250))
    ecg[weak] = 0.35 * ecg[weak]
    assert r_peaks(ecg, 250) == pytest.approx(beats, abs=0.012)


def test_silence_and_short_pieces_have_no_beats() -> None:
    assert len(r_peaks(np.zeros(5000), 250)) == 0
    assert len(r_peaks(np.ones(50), 250)) == 0


def test_generated_ecg_has_the_rate_that_its_corpus_states() -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    records = open_corpus("synthetic_ecg:seed=2,size=200").read()
    end = front_end("heart_rate_variability")
    features = np.stack(end.extract([end.load(record) for record in records]))
    stated = np.array([float(r.attributes["beats_per_minute"]) for r in records])
    assert features.shape == (200, 11)
    assert not end.is_timed(features[0])
    assert features[:, NAMES.index("heart_rate")] == pytest.approx(stated, rel=0.04)
    y, test = records.column("label").astype(str), records.column("split") == "test"
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(features[~test], y[~test])
    assert model.score(features[test], y[test]) > 0.6


def test_intervals_are_taken_where_they_are_given_and_impossible_ones_left_out() -> None:
    end = front_end("heart_rate_variability")
    record = Record(id="one", corpus="test", arrays={"rr": np.array([0.8, 0.1, 0.9, 5.0, 0.8, 0.9], np.float32)})
    assert end.has(record)
    assert end.load(record) == pytest.approx([0.8, 0.9, 0.8, 0.9])


def test_the_first_of_several_leads_is_read() -> None:
    ecg = _ecg(0.5 + 0.8 * np.arange(12), 250, 10)
    record = Record(id="one", corpus="test", arrays={"ecg": np.stack([ecg, 0 * ecg], axis=1).astype(np.float32)})
    assert front_end("heart_rate_variability").load(record) == pytest.approx(0.8, abs=0.004)


def test_what_is_wrong_is_said_in_one_line() -> None:
    end = front_end("heart_rate_variability")
    with pytest.raises(Ai4erError, match="neither an ECG"):
        end.load(Record(id="one", corpus="test"))
    with pytest.raises(Ai4erError, match="0 beat intervals; 4 are needed"):
        end.load(Record(id="one", corpus="test", arrays={"ecg": np.zeros(1000, np.float32)}))


def test_intervals_of_two_records_are_not_taken_for_each_other(tmp_path: Path) -> None:
    records = [
        Record(id=str(beats), corpus="c", arrays={"rr": np.full(60, 60 / beats, np.float32)}) for beats in (60, 90)
    ]
    slow, fast = extract_all(front_end("heart_rate_variability"), records, tmp_path)
    assert slow is not None and fast is not None and fast[1] == pytest.approx(1.5 * slow[1])
