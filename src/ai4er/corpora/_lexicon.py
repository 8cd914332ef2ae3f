"""Words and sentence frames from which the generated corpora with text are put together."""

from __future__ import annotations

import numpy as np


def _list(words: str) -> tuple[str, ...]:
    return tuple(words.split())


WORDS: dict[str, tuple[str, ...]] = {
    "anger": _list("furious angry outraged mad annoyed enraged irritated hostile"),
    "disgust": _list("disgusted sick repulsed revolted nauseous appalled disgusting gross"),
    "fear": _list("afraid scared terrified frightened nervous anxious panicked fearful"),
    "happiness": _list("happy delighted glad cheerful thrilled joyful pleased excited"),
    "neutral": _list("fine ready busy okay here available normal calm"),
    "sadness": _list("sad unhappy miserable heartbroken depressed lonely gloomy crying"),
    "surprise": _list("surprised amazed astonished shocked stunned speechless startled astounded"),
}
"""Eight adjectives for each of the Ekman classes and neutral; no word is in two classes."""

CLAUSES: dict[str, tuple[str, ...]] = {
    "anticipation": ("i can hardly wait for tomorrow", "we expect news soon", "it will start any minute"),
    "love": ("i love them so much", "they are dear to my heart", "i adore this family"),
    "optimism": ("things will get better", "there is hope ahead", "we will make it"),
    "pessimism": ("it will only get worse", "there is no way out", "nothing will ever change"),
    "trust": ("i rely on my friends", "they always keep their word", "you can count on us"),
}
"""Clauses for the further classes of SemEval 2018; each shows its class and no other."""

FRAMES = ("i am so {} about {}", "{1} made me {0}", "honestly i feel {} after {}", "we were all {} because of {}")
SHORT_FRAMES = ("i am so {}", "we were {}", "so {} again", "you look {}", "she is {}")
TOPICS = (
    "the meeting", "the letter", "the phone call", "this movie", "the exam", "our trip", "the news", "the dinner",
    "the game", "my job",
)  # fmt: skip


def sentence(label: str, generator: np.random.Generator) -> str:
    """A sentence with one word of the class; everything else in it says nothing about the class."""
    frame, topic = generator.choice(FRAMES), generator.choice(TOPICS)
    return str(frame).format(generator.choice(WORDS[label]), topic)


def short_sentence(label: str, generator: np.random.Generator) -> str:
    """A sentence of three to seven syllables with one word of the class."""
    return str(generator.choice(SHORT_FRAMES)).format(generator.choice(WORDS[label]))
