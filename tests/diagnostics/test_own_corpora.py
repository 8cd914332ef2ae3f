"""The corpora of single systems' ablations: a seed repeats them, and what decides is where their files say it is."""

from __future__ import annotations

import functools
from collections import Counter

import numpy as np
import pytest

from ai4er.diagnostics.rare_classes import SPACE as EMOTIONS
from ai4er.records import Records
from ai4er.registry import find
from tests.diagnostics.test_suite import content

NAMES = (
    "asked_event", "channel_correlation", "crowded_labels", "dependent_intensities", "drowned_tones",
    "faint_whistle", "few_categories", "foreign_hum", "foreign_order", "hurried_talk", "listeners_words",
    "longer_voice", "misleading_order", "near_marks", "order_of_neighbours", "partial_labels",
    "prevailing_tones", "pulse_shapes", "rare_classes", "rater_bias", "rhythm_and_pitch", "shared_clusters",
    "spoken_accents", "spoken_letters", "spoken_style", "told_in_words", "trusted_view", "turned_cues",
    "turned_decisions", "two_teachers", "unseen_words", "valence_in_words", "wrong_labels_known_neighbours",
)  # fmt: skip


@functools.cache
def corpus(name: str, seed: int) -> Records:
    found: Records = find("ai4er.diagnostics", "diagnostic", name).records(seed)
    return found


def part(records: Records, split: str) -> Records:
    return records.where(lambda record: record.split == split)


def explained(records: Records, array: str, dimension: str) -> float:
    """The squared correlation in the test part with what the means of an array predict, fitted on the training part."""

    def read(split: str) -> tuple[np.ndarray, np.ndarray]:
        chosen = part(records, split)
        return np.stack([r.arrays[array].mean(0) for r in chosen]), np.array([r.dimensions[dimension] for r in chosen])

    (x, y), (tested, truth) = read("train"), read("test")
    weights, *_ = np.linalg.lstsq(x, y, rcond=None)
    return float(np.corrcoef(tested @ weights, truth)[0, 1] ** 2)


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_makes_the_same_corpus_and_another_seed_another(name: str) -> None:
    one, again, other = (
        list(map(content, made)) for made in (corpus(name, 0), corpus.__wrapped__(name, 0), corpus(name, 1))
    )
    assert one == again and one != other


def test_words_tell_the_valence_and_nothing_else_and_sound_the_arousal() -> None:
    records = corpus("valence_in_words", 0)
    assert explained(records, "words", "valence") > 0.9 and explained(records, "frames", "arousal") > 0.9
    assert explained(records, "words", "arousal") < 0.05 and explained(records, "frames", "valence") < 0.05
    values = np.array([[r.dimensions["valence"], r.dimensions["arousal"]] for r in records])
    assert abs(np.corrcoef(values.T)[0, 1]) < 0.1 and np.abs(values).max() <= 1
    assert {r.arrays["frames"].shape + r.arrays["words"].shape for r in records} == {(20, 8, 6, 8)}


def test_rare_classes_are_rare_in_training_only() -> None:
    records = corpus("rare_classes", 0)
    trained, tested = (Counter(r.label for r in part(records, split)) for split in ("train", "test"))
    assert all(trained["neutral"] == 20 * trained[name] for name in EMOTIONS.names if name != "neutral")
    assert len(set(tested.values())) == 1


def test_the_label_is_what_most_raters_hear_and_women_decide_elsewhere_in_the_test_part() -> None:
    records = corpus("rater_bias", 0)
    assert all(Counter(r.votes).most_common(1)[0][0] == r.label for r in records)
    women = {
        split: np.mean([sum(name.startswith("f") for name in r.raters) > 3 for r in part(records, split) if r.label in
                        ("anger", "sadness")])
        for split in ("train", "test")
    }  # fmt: skip
    assert women["train"] > 0.8 and women["test"] < 0.2


def test_which_channels_go_together_is_the_class() -> None:
    records = corpus("channel_correlation", 0)
    for record in part(records, "test"):
        frames = record.arrays["frames"]
        assert frames.shape[1] == 9 and set(np.unique(frames[:, 8])) == {-1, 1}
    found: dict[str | None, list[np.ndarray]] = {}
    for record in records:
        frames = record.arrays["frames"][record.arrays["frames"][:, 8] > 0]
        found.setdefault(record.label, []).append(np.sign(np.corrcoef(frames[:, :8].T)[range(4), range(4, 8)]))
    patterns = {label: tuple(np.sign(np.mean(signs, axis=0)).astype(int)) for label, signs in found.items()}
    assert len(set(patterns.values())) == 4 == len(patterns)


def test_the_unlabelled_part_is_of_the_domain_that_is_tested_and_has_no_labels() -> None:
    records = corpus("shared_clusters", 0)
    hidden = part(records, "unlabelled")
    assert len(hidden) == 300 and all(record.label is None for record in hidden)
    domains = {split: {r.corpus for r in part(records, split)} for split in ("train", "valid", "unlabelled", "test")}
    assert domains == {"train": {"source"}, "valid": {"source"}, "unlabelled": {"target"}, "test": {"target"}}


def test_the_letter_that_is_said_most_is_the_class() -> None:
    records = corpus("spoken_letters", 0)
    for record in records:
        assert record.text is not None
        ((letter, times),) = Counter(record.text).most_common(1)
        assert times == 3 and record.label in (None, EMOTIONS.names["abcd".index(letter)])
    assert all((record.label is None) == (record.split == "unlabelled") for record in records)


def test_the_spectrum_knows_the_beats_and_not_the_pitch() -> None:
    records = corpus("rhythm_and_pitch", 0)
    labels = np.array([EMOTIONS.names.index(str(r.label)) for r in records])
    heights = np.array([r.arrays["pitch"].mean() for r in records])
    assert ((heights > 110) == (labels % 2 == 1)).all()
    energy = np.stack([r.arrays["mel"].mean(1) for r in records])
    changes = np.abs(np.diff(energy > energy.mean(1, keepdims=True), axis=1)).sum(1)
    assert ((changes > 9) == (labels < 2)).mean() > 0.95
    assert abs(np.corrcoef(energy.mean(1), labels % 2)[0, 1]) < 0.15


def test_style_is_in_the_levels_of_the_bands_and_nowhere_else() -> None:
    from ai4er.diagnostics.spoken_style import _STYLES

    labelled = [r for r in corpus("spoken_style", 0) if r.label is not None]
    labels = np.array([EMOTIONS.names.index(str(r.label)) for r in labelled])
    means = np.stack([r.arrays["mel"].mean(0) for r in labelled])
    assert ((means @ _STYLES.T).argmax(1) == labels).mean() > 0.7
    centred = np.stack([(r.arrays["mel"] - r.arrays["mel"].mean(0)).std(0) for r in labelled])
    assert ((centred @ _STYLES.T).argmax(1) == labels).mean() < 0.4


def nearest_mean(trained: np.ndarray, labels: np.ndarray, tested: np.ndarray) -> np.ndarray:
    """The class whose mean is the most like each vector: (items, features), (items,) -> (items,)."""
    means = np.stack([trained[labels == label].mean(0) for label in range(labels.max() + 1)])
    return np.square(tested[:, None] - means).sum(2).argmin(1)


def numbers(records: Records) -> np.ndarray:
    return np.array([EMOTIONS.names.index(str(record.label)) for record in records])


def test_the_class_near_the_mark_is_meant() -> None:
    near, far, labels = [], [], numbers(corpus("near_marks", 0))
    for record in corpus("near_marks", 0):
        frames = record.arrays["frames"]
        mark = frames[:, 6].argmax()
        shown = np.sort(np.argsort(np.linalg.norm(frames[:, :6], axis=1))[-6:]).reshape(2, 3)
        assert (np.diff(shown, axis=1) == 1).all()
        away = np.abs(shown - mark).min(1)
        assert 1 <= away.min() <= 5 and away.max() >= 9
        near.append(frames[shown[away.argmin()], :6].mean(0))
        far.append(frames[shown[away.argmax()], :6].mean(0))
    assert (nearest_mean(np.stack(near), labels, np.stack(near)) == labels).all()
    assert (nearest_mean(np.stack(near), labels, np.stack(far)) != labels).all()


def test_pairs_of_neighbours_tell_the_class_and_frames_do_not() -> None:
    both = [part(corpus("order_of_neighbours", 0), split) for split in ("train", "test")]
    bags = [np.stack([r.arrays["frames"].mean(0) for r in records]) for records in both]
    pairs = [
        np.stack([(r.arrays["frames"][1:].T @ r.arrays["frames"][:-1]).ravel() for r in records]) for records in both
    ]
    trained, tested = map(numbers, both)
    assert (nearest_mean(pairs[0], trained, pairs[1]) == tested).mean() > 0.9
    assert (nearest_mean(bags[0], trained, bags[1]) == tested).mean() < 0.35


def test_ramps_tell_the_class_in_training_only_and_the_trace_everywhere() -> None:
    both = [part(corpus("misleading_order", 0), split) for split in ("train", "test")]
    agree = [
        np.mean([tuple(r.arrays["frames"][7, 4:] > 0) == (label % 2 == 1, label // 2 == 1)
                 for r, label in zip(records, numbers(records))])
        for records in both
    ]  # fmt: skip
    assert agree[0] == 1 and 0.15 < agree[1] < 0.35
    traces = [np.stack([r.arrays["frames"][:, :4].mean(0) for r in records]) for records in both]
    assert (nearest_mean(traces[0], numbers(both[0]), traces[1]) == numbers(both[1])).mean() > 0.95


def test_pulses_differ_in_their_course_and_not_in_their_spectrum() -> None:
    def skewness(x: np.ndarray) -> float:
        return float(((x - x.mean()) ** 3).mean())

    both = [part(corpus("pulse_shapes", 0), split) for split in ("train", "test")]
    for record, label in zip(both[1], numbers(both[1])):
        audio = record.arrays["audio"].astype(np.float64)
        upwards = skewness(audio) > 0
        assert (upwards, (skewness(np.diff(audio)) > 0) == upwards) == (label // 2 == 0, label % 2 == 0)
    spectra = [
        np.stack([np.log(np.abs(np.fft.rfft(r.arrays["audio"][:6000]))[1:].reshape(-1, 50).mean(1)) for r in records])
        for records in both
    ]
    spectra = [x - x.mean(1, keepdims=True) for x in spectra]
    assert (nearest_mean(spectra[0], numbers(both[0]), spectra[1]) == numbers(both[1])).mean() < 0.4


def test_most_tones_of_a_recording_are_those_of_its_class() -> None:
    records = corpus("prevailing_tones", 0)
    own = np.array([int(record.attributes["own"]) for record in records])
    assert (own >= 5).mean() > 0.8
    assert {record.arrays["audio"].shape for record in records} == {(3840,)}


def test_half_of_the_training_labels_are_wrong_and_frames_show_who_is_alike() -> None:
    records = corpus("wrong_labels_known_neighbours", 0)
    right = {
        split: np.mean([r.label == r.attributes["class"] for r in part(records, split)])
        for split in ("pretrain", "train", "valid", "test")
    }
    assert 0.4 < right["train"] < 0.6 and right["pretrain"] == right["valid"] == right["test"] == 1
    trained = part(records, "train")
    frames = np.stack([r.arrays["frames"].mean(0) for r in trained])
    frames /= np.linalg.norm(frames, axis=1, keepdims=True)
    classes = np.array([r.attributes["class"] for r in trained])
    alike = frames @ frames.T > 0.9
    assert (classes[:, None] == classes)[alike].all() and alike.sum() > 10 * len(classes)
    noise = np.stack([r.arrays["spectrum"] for r in part(records, "pretrain")]).mean(1)
    assert np.abs(noise.mean(0)).max() < 0.1, "the source part has no spectrum to learn from"


def test_the_patterns_are_sums_of_the_steps_that_are_reached_and_none_goes_up_or_down_only() -> None:
    records = corpus("dependent_intensities", 0)
    values = np.array([list(r.dimensions.values())[:10] for r in records])
    reached = np.column_stack([values[:, :5], np.ones(len(values))])
    weights, *_ = np.linalg.lstsq(reached, values[:, 5:], rcond=None)
    np.testing.assert_allclose(reached @ weights, values[:, 5:], atol=1e-9)
    strength = np.rint(5 * np.array([r.dimensions["valence"] for r in records])).astype(int)
    courses = np.array([values[strength == step, 5:].mean(0) for step in range(6)])
    assert ((np.diff(courses, axis=0) > 0.1).any(0) & (np.diff(courses, axis=0) < -0.1).any(0)).all()


def test_every_recording_has_dimensions_and_one_in_sixteen_a_category() -> None:
    records = corpus("few_categories", 0)
    trained, tested = part(records, "train"), part(records, "test")
    assert sum(r.label is not None for r in trained) * 16 == len(trained)
    assert all({"valence", "arousal"} == set(r.dimensions) for r in records)
    quarters = {(r.dimensions["valence"] > 0, r.dimensions["arousal"] > 0, r.label) for r in tested}
    assert len(quarters) == 4


def test_of_two_voices_the_longer_one_is_quieter_and_names_the_class() -> None:
    records = corpus("longer_voice", 0)
    assert len({len(r.arrays["audio"]) for r in part(records, "train")}) == 10
    for record in part(records, "test"):
        audio = record.arrays["audio"]
        level = [float(np.sqrt(np.mean(np.square(one)))) for one in (audio[:1280], audio[-1280:])]
        assert level[1] < 0.6 * level[0]


def test_listeners_words_name_the_emotion_that_the_label_often_misses() -> None:
    from ai4er.diagnostics.listeners_words import WORDS

    records = corpus("listeners_words", 0)
    named = {word: label for label, words in WORDS.items() for word in words}
    meant = [{named[vote] for vote in record.votes} for record in records]
    assert all(len(one) == 1 for one in meant) and not set(named) & set(EMOTIONS.names)
    wrong = {
        split: np.mean([r.label not in one for r, one in zip(records, meant) if r.split == split])
        for split in ("train", "valid", "test")
    }
    assert wrong == {"train": 0.375, "valid": 0.0, "test": 0.0}


def test_three_steady_tones_are_in_every_recording_of_the_target_and_in_none_of_the_source() -> None:
    tones: dict[str, set[int]] = {}
    for record in corpus("foreign_hum", 0):
        steady = int((record.arrays["image"][0].min(1) > 0.4).sum())
        tones.setdefault(record.corpus, set()).add(steady)
    assert tones == {"source": {0}, "target": {3}}


def test_the_order_of_the_source_is_told_by_what_says_nothing_in_the_target() -> None:
    records = corpus("foreign_order", 0)

    def read(split: str) -> tuple[np.ndarray, np.ndarray]:
        chosen = part(records, split)
        return np.stack([r.arrays["vector"] for r in chosen]), np.array([r.dimensions["arousal"] for r in chosen])

    (near, values), (far, truth) = read("train"), read("test")
    learnt, possible = (np.linalg.lstsq(x, y, rcond=None)[0] for x, y in ((near, values), (far, truth)))
    assert np.corrcoef(near @ learnt, values)[0, 1] > 0.9 > 0.7 > np.corrcoef(far @ learnt, truth)[0, 1]
    assert np.corrcoef(far @ possible, truth)[0, 1] > 0.75


def test_each_teacher_tells_two_classes_from_two_and_both_tell_all_four() -> None:
    tested = part(corpus("two_teachers", 0), "test")
    marks = {
        name: np.stack([r.arrays[name].mean(0) for r in tested]) @ tested[0].arrays[name][0]
        for name in ("first", "second")
    }
    guessed = 2 * (marks["first"] > 0) + (marks["second"] > 0)
    labels = np.array([EMOTIONS.index(str(r.label)) for r in tested])
    pairs = Counter(zip(guessed.tolist(), labels.tolist()))
    assert sum(count for _, count in pairs.most_common(4)) > 0.8 * len(tested)
    assert len({label for (_, label), _ in pairs.most_common(4)}) == 4
    hidden = part(corpus("two_teachers", 0), "unlabelled")
    assert len(hidden) == 400 and all(r.label is None for r in hidden)


def test_the_view_of_the_highest_level_is_the_right_one_and_no_view_knows_its_own() -> None:
    records = corpus("trusted_view", 0)
    names = ("mfcc", "image", "speech")
    levels = np.array([[r.arrays[name][:, -1].mean() for name in names] for r in records])
    right, labels = levels.argmax(1), np.array([EMOTIONS.names.index(r.label) for r in records])
    shown = []
    for k, name in enumerate(names):
        x = np.stack([r.arrays[name][:, :-1].mean(0) for r in records])
        means = np.stack([x[(right == k) & (labels == c)].mean(0) for c in range(4)])
        shown.append(((x[:, None] - means) ** 2).sum(2).argmin(1))
        assert np.mean(shown[k] == labels) < 0.4
        assert np.corrcoef(levels[:, k], right == k)[0, 1] < 0.5
    assert np.mean(np.array(shown)[right, np.arange(len(right))] == labels) > 0.99


def test_only_unlabelled_recordings_say_how_people_feel_and_mostly_truly() -> None:
    records = corpus("told_in_words", 0)
    hidden = part(records, "unlabelled")
    assert all((record.text is None) == (record.label is not None) for record in records)
    words = {"anger": "angry", "happiness": "happy", "sadness": "sad", "neutral": "calm"}
    true = np.mean([words[record.attributes["class"]] in str(record.text) for record in hidden])
    assert 0.75 < true < 0.88 and len(part(records, "train")) == 8


def test_valence_is_how_many_more_words_rise_than_fall() -> None:
    for record in part(corpus("spoken_accents", 0), "test"):
        frames, words = record.arrays["frames"], record.arrays["words"].astype(int)
        rises = [np.sign(frames[end - 1, :2] - frames[start, :2]) for start, end in words]
        assert np.allclose(np.mean(rises, axis=0), list(record.dimensions.values()))
        assert (words[1:, 0] >= words[:-1, 1]).all() and words[-1, 1] <= len(frames)


def test_the_event_that_is_asked_for_is_the_class_and_all_events_together_are_the_same() -> None:
    records = corpus("asked_event", 0)
    for record in records:
        kinds, emotions, asked = (record.attributes[name] for name in ("kinds", "emotions", "asked"))
        assert sorted(kinds) == sorted(emotions) == list("0123")
        assert EMOTIONS.names[int(emotions[kinds.index(asked)])] == record.label
    both = [part(records, split) for split in ("train", "test")]
    for view in ("spectrogram", "mfcc", "speech"):
        means = [np.stack([r.arrays[view].mean(0) for r in one]) for one in both]
        assert (nearest_mean(means[0], numbers(both[0]), means[1]) == numbers(both[1])).mean() < 0.35
    asks = [np.stack([r.arrays["mfcc"].mean(0) for r in one]) for one in both]
    asked_for = [np.array([int(r.attributes["asked"]) for r in one]) for one in both]
    assert (nearest_mean(asks[0], asked_for[0], asks[1]) == asked_for[1]).all()


def test_tested_words_have_no_training_item_and_the_words_that_are_alike_sound_alike() -> None:
    from ai4er.diagnostics.unseen_words import NAMES
    from ai4er.encoders import word_vectors

    records = corpus("unseen_words", 0)
    trained, tested = ({str(r.label) for r in part(records, split)} for split in ("train", "test"))
    assert len(trained) == 8 and len(tested) == 4 and not trained & tested
    words = word_vectors("minilm", NAMES)
    means = {
        name: np.mean([r.arrays["vector"] for r in records if r.label == name], axis=0) for name in trained | tested
    }

    def apart(places: dict[str, np.ndarray]) -> np.ndarray:
        table = np.stack([places[name] for name in NAMES])
        return np.linalg.norm(table[:, None] - table, axis=2)[np.triu_indices(len(NAMES), 1)]

    assert np.corrcoef(apart(means), apart(words))[0, 1] > 0.3


def test_a_place_means_another_class_in_the_target_and_which_domain_it_is_can_be_told() -> None:
    labelled = [r for r in corpus("turned_decisions", 0) if r.label is not None]
    domains = np.array([r.corpus == "target" for r in labelled])
    vectors = np.stack([r.arrays["vector"] for r in labelled])
    labels = np.array([EMOTIONS.names.index(str(r.label)) for r in labelled])
    corner = nearest_mean(vectors[~domains, :2], labels[~domains], vectors[:, :2])
    assert (corner == labels)[~domains].mean() > 0.95 and (corner == (labels + 1) % 4)[domains].mean() > 0.95
    assert ((vectors[:, 2:].sum(1) > 0) == domains).mean() > 0.95


def test_the_sum_of_two_numbers_is_the_class_and_each_stream_shows_one_of_them() -> None:
    both = [part(corpus("streams_together", 0), split) for split in ("train", "test")]
    numbers_shown = []
    for name, divisor in (("spectrogram", 1), ("speech", 4)):
        means = [np.stack([r.arrays[name].mean(0) for r in one]) for one in both]
        shown = [np.array([int(r.id.split("-")[1]) // divisor % 4 for r in one]) for one in both]
        numbers_shown.append(nearest_mean(means[0], shown[0], means[1]))
        assert (nearest_mean(means[0], numbers(both[0]), means[1]) == numbers(both[1])).mean() < 0.35
    assert (sum(numbers_shown) % 4 == numbers(both[1])).all()


def test_a_partial_corpus_lacks_two_classes_and_the_tested_language_is_its_own() -> None:
    records = corpus("partial_labels", 0)
    found = {name: {r.label for r in records if r.corpus == name} for name in ("whole", "partial", "tested")}
    assert found == {"whole": set(EMOTIONS.names), "partial": {"happiness", "neutral"}, "tested": set(EMOTIONS.names)}
    assert {(r.corpus, r.language) for r in records} == {("whole", "en"), ("partial", "zh"), ("tested", "zh")}
    both = [part(records, split) for split in ("train", "test")]
    x, y = (np.stack([r.arrays["frames"].mean(0) for r in some]) for some in both)
    chosen = np.array([r.corpus == "whole" for r in both[0]])
    assert (nearest_mean(x[chosen], numbers(both[0])[chosen], y) == numbers(both[1])).mean() > 0.7


def test_a_step_says_for_each_label_of_its_modality_whether_the_item_has_it() -> None:
    from ai4er.diagnostics.crowded_labels import MODALITIES, SPACE

    records = corpus("crowded_labels", 0)
    has = np.array([[name in (r.labels or ()) for name in SPACE.names] for r in records])
    assert abs(has.mean() - 0.5) < 0.02
    assert np.abs(np.corrcoef(has.T) - np.eye(SPACE.size)).max() < 0.12  # each label an answer of its own
    for place, name in enumerate(MODALITIES):
        steps = np.stack([r.arrays[name] for r in records])
        seen = steps.sum(1)  # a label adds its cue once
        for label in range(place, SPACE.size, len(MODALITIES)):
            cue = seen[has[:, label]].mean(0) - seen[~has[:, label]].mean(0)
            apart = seen @ cue
            assert apart[has[:, label]].mean() - apart[~has[:, label]].mean() > 1.5 * apart[has[:, label]].std()


def test_soft_tones_tell_the_valence_until_noise_drowns_them_and_loud_ones_do_in_noise_too() -> None:
    from ai4er.diagnostics.drowned_tones import JUDGED, LOUD, RATE, SOFT

    records = corpus("drowned_tones", 0)

    def read(splits: tuple[str, ...], tones: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        chosen = [r for r in records if r.split in splits and "valence" in r.dimensions]
        audio = np.stack([r.arrays["audio"] for r in chosen])
        waves = np.exp(-2j * np.pi * tones[:, None] * np.arange(audio.shape[1]) / RATE)
        levels = 20 * np.log10(np.abs(audio @ waves.T))
        return np.column_stack([levels, np.ones(len(levels))]), np.array([r.dimensions["valence"] for r in chosen])

    told = {}
    for name, tones in (("soft", SOFT), ("loud", LOUD)):
        weights = np.linalg.lstsq(*read(("train", "valid"), tones), rcond=None)[0]
        for split in ("valid", "test"):
            levels, valence = read((split,), tones)
            told[name, split] = float(np.corrcoef(levels @ weights, valence)[0, 1])
    assert told["soft", "valid"] > 0.99 and told["soft", "test"] < 0.3
    assert min(told["loud", "valid"], told["loud", "test"]) > 0.9
    judged = ["valence" in r.dimensions for r in part(records, "train")]
    assert sum(judged) == JUDGED and all("arousal" in r.dimensions for r in records)


def test_a_cue_is_one_emotion_in_each_language_and_another_in_the_next_and_the_frames_show_both() -> None:
    from ai4er.diagnostics.turned_cues import LANGUAGES

    both = [part(corpus("turned_cues", 0), split) for split in ("train", "test")]
    x, y = (np.stack([r.arrays["frames"].mean(0) for r in some]) for some in both)
    spoken = [np.array([LANGUAGES.index(r.language) for r in some]) for some in both]
    assert (nearest_mean(x, numbers(both[0]), y) == numbers(both[1])).mean() < 0.4
    assert (nearest_mean(x, spoken[0], y) == spoken[1]).mean() > 0.85
    cues = [(numbers(some) + language) % 4 for some, language in zip(both, spoken)]
    assert (nearest_mean(x, cues[0], y) == cues[1]).mean() > 0.85


def test_the_whistle_names_the_class_of_clean_recordings_and_is_hardly_heard_in_the_noise_of_the_test() -> None:
    from ai4er.diagnostics.faint_whistle import _WHISTLES
    from ai4er.features._spectrum import mel_filters

    filters = mel_filters(16_000, 512, 40).toarray()
    bands = [int(filters[:, round(pitch * 512 / 16_000)].argmax()) for pitch in _WHISTLES]
    share = {}
    for split in ("train", "test"):
        chosen = part(corpus("faint_whistle", 0), split)
        frames = np.stack([r.arrays["audio"] for r in chosen]).reshape(len(chosen), -1, 512) * np.hanning(512)
        power = (np.abs(np.fft.rfft(frames)) ** 2).mean(1) @ filters.T
        labels = np.array([EMOTIONS.names.index(str(r.label)) for r in chosen])
        level = power[:, bands] / np.median(power[:, bands], axis=0)
        share[split] = float((level.argmax(1) == labels).mean())
    assert share["train"] == 1 and share["test"] < 0.65


def test_hurried_talk_leaves_frames_for_labels_whose_neighbours_differ_and_for_no_others() -> None:
    from ai4er.labels.phonemes import phonemes
    from ai4er.systems.speech.phoneme_label_sequence import LabelSequences

    for record in part(corpus("hurried_talk", 0), "test"):
        frames = -(-len(record.arrays["audio"]) // 640)
        spoken, emotion = phonemes(str(record.text), "en"), EMOTIONS.names.index(str(record.label))
        needed = {}
        for kind in ("classes", "voiced"):
            labels = np.array(LabelSequences(kind, EMOTIONS.size).labels(spoken, emotion))
            needed[kind] = len(labels) + int((np.diff(labels) == 0).sum())
        assert needed == {"classes": 16, "voiced": 31} and 16 <= frames < 31
