"""The samples as a front end: silence left out, and what is too long cut."""

from __future__ import annotations

import numpy as np

from ai4er.encoders import front_end


def test_stretches_below_the_level_are_left_out_and_then_the_rest_is_cut() -> None:
    loud, quiet = np.full(320, 0.5, np.float32), np.full(480, 1e-4, np.float32)
    samples = np.concatenate([quiet, loud, quiet, loud])
    (found,) = front_end("waveform:silence=-60").extract([samples])
    np.testing.assert_array_equal(found, np.concatenate([loud, loud]))
    (cut,) = front_end("waveform:silence=-60,seconds=0.03").extract([samples])
    assert len(cut) == 480
    (silent,) = front_end("waveform:silence=-60").extract([quiet])
    assert len(silent) == len(quiet)
