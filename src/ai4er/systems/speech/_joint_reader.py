"""Reading a conversation with the four heads of a joint model, a few recordings at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ai4er.systems.batch import Padded, pad

if TYPE_CHECKING:
    from ai4er.systems.speech.asr_diarisation_emotion import ASRDiarisationEmotion


class JointReader:
    """What a conversation is read with: a system that has learnt all four tasks, a recording at a time."""

    def __init__(self, system: ASRDiarisationEmotion) -> None:
        self.system = system

    def speaks(self, windows: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Whether each frame of some recordings is speech."""
        states, _, frames = self.system.states(self._padded(windows))
        rows = zip(self.system.speech(states).argmax(-1).cpu().numpy(), frames.tolist())
        return [row[:length] for row, length in rows]

    def voice(self, samples: np.ndarray) -> np.ndarray:
        """The embedding of the speaker of a recording."""
        states, _, frames = self.system.states(self._padded([samples]))
        embedding: np.ndarray = self.system.speaker(states, frames)[0].cpu().numpy()
        return embedding

    def understood(self, samples: np.ndarray) -> tuple[str, str]:
        """The emotion and the words of a recording."""
        states, mask, frames = self.system.states(self._padded([samples]))
        emotion = self.system.space.names[int(self.system.emotion(states, mask).argmax())]
        return emotion, self.system.transcribed(states, frames)[0]

    def _padded(self, recordings: Sequence[np.ndarray]) -> Padded:
        device = next(self.system.parameters()).device
        return pad([np.asarray(one, np.float32) for one in recordings]).to(device)
