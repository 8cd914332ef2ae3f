"""Batches of waveforms, perturbed."""

from __future__ import annotations

import torch

from ai4er.augment.waveform_perturbation import drop_frequencies, drop_stretches, perturb_speed


def tone(frequency: float, samples: int = 8000) -> torch.Tensor:
    return torch.sin(2 * torch.pi * frequency * torch.arange(samples) / 16_000)


def loudest(samples: torch.Tensor) -> float:
    return float(torch.fft.rfft(samples).abs().argmax() * 16_000 / len(samples))


def test_a_faster_tone_is_shorter_and_higher() -> None:
    samples = torch.stack([tone(500), tone(500)])
    samples[1, 4000:] = 0
    played, lengths = perturb_speed(samples, torch.tensor([8000, 4000]), 1.25)
    assert lengths.tolist() == [6400, 3200] and not played[1, 3200:].any()
    assert abs(loudest(played[0]) - 625) < 5
    assert perturb_speed(samples, lengths, 1.0)[0] is samples


def test_stretches_are_silent_and_all_else_as_it_was() -> None:
    torch.manual_seed(0)
    samples = torch.ones(20, 16_000)
    found = drop_stretches(samples, torch.full((20,), 16_000))
    silent = (found == 0).sum(1)
    assert (silent <= 10_000).all() and (silent == 0).any() and (silent >= 1000).any()
    assert set(found.unique().tolist()) == {0.0, 1.0}


def test_a_dropped_frequency_is_gone_and_its_neighbours_are_not() -> None:
    torch.manual_seed(0)
    noise = torch.randn(1, 64_000)
    for _ in range(20):
        found = drop_frequencies(noise, most=1)
        if torch.equal(found, noise):
            continue
        power = torch.stft(found[0], 256, return_complex=True, window=torch.hann_window(256)).abs().square().mean(1)
        assert power.min() < 0.05 * power.median() and (power > 0.5 * power.median()).double().mean() > 0.7
        return
    raise AssertionError("in twenty draws nothing was dropped")
