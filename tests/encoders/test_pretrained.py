"""Networks by spec: what a spec means, that nothing is unpickled, and what is said where there is no network."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import huggingface_hub
import pytest
import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from ai4er.encoders import (
    expects_normalised,
    front_end,
    front_end_names,
    is_available,
    pretrained,
    save_assets,
    tokenizer,
)
from ai4er.errors import Ai4erError

HUB_NAME = "some-lab/some-model"
KINDS = ["speech", "text", "seq2seq", "image"]


def same_weights(a: torch.nn.Module, b: torch.nn.Module) -> bool:
    left, right = a.state_dict(), b.state_dict()
    return left.keys() == right.keys() and all(torch.equal(left[name], right[name]) for name in left)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty Hugging Face cache."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


@pytest.fixture
def unreachable(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No answer from the hub, and an empty cache."""

    def fail(*_: object, **__: object) -> None:
        raise ConnectionError("Name or service not known")

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", fail)
    return cache


def put_in_cache(cache: Path, name: str, spec: str = "tiny", kind: str = "text") -> Path:
    """A snapshot as `snapshot_download` leaves it."""
    root = cache / ("models--" + name.replace("/", "--"))
    (root / "refs").mkdir(parents=True)
    (root / "refs" / "main").write_text("0" * 40)
    snapshot = root / "snapshots" / ("0" * 40)
    save_assets(spec, kind, snapshot)
    pretrained(spec, kind).save_pretrained(snapshot)
    return snapshot


@pytest.mark.parametrize("kind", KINDS)
def test_tiny_is_the_same_each_time_and_leaves_the_random_numbers_alone(kind: str) -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    first = pretrained("tiny", kind)
    assert torch.equal(torch.rand(3), expected)
    torch.manual_seed(2)
    assert same_weights(first, pretrained("tiny", kind))
    assert first.config.hidden_size == 32
    assert not first.training


def test_tiny_trains_every_weight_and_repeats_itself_in_training() -> None:
    network = pretrained("tiny", "speech").train()
    audio = torch.randn(2, 8000, generator=torch.Generator().manual_seed(0))
    states = network(audio).last_hidden_state
    assert torch.equal(states, network(audio).last_hidden_state)
    states.square().sum().backward()
    assert all(p.grad is not None for p in network.parameters())


def test_small_reads_speech_at_fifty_frames_a_second() -> None:
    network = pretrained("small", "speech")
    assert (network.config.hidden_size, network.config.num_hidden_layers) == (192, 4)
    assert network(torch.randn(1, 32_000)).last_hidden_state.shape == (1, 99, 192)


@pytest.mark.parametrize("model_type", ["wav2vec2", "wavlm", "hubert"])
def test_a_local_speech_folder_is_loaded_as_it_was_saved(model_type: str, tmp_path: Path) -> None:
    config = transformers.AutoConfig.for_model(
        model_type, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        conv_dim=(16, 32), conv_kernel=(10, 8), conv_stride=(5, 8), num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=2,
    )  # fmt: skip
    saved = transformers.AutoModel.from_config(config)
    saved.save_pretrained(tmp_path)
    assert same_weights(saved, pretrained(str(tmp_path), "speech"))


@pytest.mark.parametrize("model_type", ["bert", "roberta", "bart"])
def test_a_local_text_folder_is_loaded_with_its_own_tokenizer(model_type: str, tmp_path: Path) -> None:
    words = Tokenizer(models.WordLevel(unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    special = ["<pad>", "<s>", "</s>", "<unk>"]
    words.train_from_iterator(["so glad you came", "so sad"], trainers.WordLevelTrainer(special_tokens=special))
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    )
    fast.save_pretrained(tmp_path)
    sizes = {"d_model": 32, "encoder_layers": 1, "decoder_layers": 1, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64}
    if model_type != "bart":
        sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    config = transformers.AutoConfig.for_model(model_type, vocab_size=32, max_position_embeddings=40, **sizes)
    kind = "seq2seq" if model_type == "bart" else "text"
    maker = transformers.AutoModelForSeq2SeqLM if model_type == "bart" else transformers.AutoModel
    saved = maker.from_config(config)
    saved.save_pretrained(tmp_path)
    assert same_weights(saved, pretrained(str(tmp_path), kind))
    assert tokenizer(str(tmp_path), kind).tokenize("so glad") == ["so", "glad"]


def test_minilm_is_an_encoder_decoder_whose_parts_hold_its_weights() -> None:
    encoder, pair = pretrained("minilm", "text"), pretrained("minilm", "seq2seq")
    assert same_weights(encoder, pair.encoder)
    decoder = pair.decoder.bert.state_dict()
    shared = {name: value for name, value in encoder.state_dict().items() if name in decoder}
    assert {name.split(".")[2] for name in shared if name.startswith("encoder.layer.")} == {"0", "1"}
    assert len(shared) > 35
    assert all(torch.equal(decoder[name], value) for name, value in shared.items())
    assert pair.get_output_embeddings().weight is pair.decoder.bert.embeddings.word_embeddings.weight
    words = tokenizer("minilm", "seq2seq")
    ids = words(["I am glad."], return_tensors="pt")["input_ids"]
    written = pair.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_length=5)
    assert written[0, 0] == words.cls_token_id
    assert same_weights(pair, pretrained("minilm", "seq2seq"))


@pytest.mark.parametrize(("spec", "kind"), [*(("tiny", k) for k in KINDS), ("minilm", "text"), ("minilm", "seq2seq")])
def test_assets_rebuild_the_network_for_weights_that_are_kept_elsewhere(spec: str, kind: str, tmp_path: Path) -> None:
    save_assets(spec, kind, tmp_path)
    assert not list(tmp_path.glob("*.safetensors"))
    assert str(Path(transformers.__file__).parents[1]) not in (tmp_path / "config.json").read_text()
    network = pretrained(spec, kind)
    shell = pretrained(f"architecture:{tmp_path}", kind)
    shell.load_state_dict(network.state_dict())
    example = {
        "speech": {"input_values": torch.ones(1, 1600)},
        "image": {"pixel_values": torch.ones(1, 3, 48, 48)},
    }.get(kind, {"input_ids": torch.tensor([[101, 2000, 102]])})
    if kind == "seq2seq":
        example["decoder_input_ids"] = torch.tensor([[101, 2001]])
    assert torch.equal(shell(**example)[0], network(**example)[0])
    if kind == "seq2seq":
        start = (shell.generation_config.decoder_start_token_id, shell.generation_config.eos_token_id)
        assert start == (101, 102)
    if kind in ("text", "seq2seq"):
        assert tokenizer(f"architecture:{tmp_path}", kind)("So glad!") == tokenizer(spec, kind)("So glad!")
    save_assets(f"architecture:{tmp_path}", kind, tmp_path / "again")
    assert is_available(f"architecture:{tmp_path / 'again'}", kind)


def test_pickled_weights_are_refused_with_the_reason(tmp_path: Path) -> None:
    network = pretrained("tiny", "text")
    network.config.save_pretrained(tmp_path)
    torch.save(network.state_dict(), tmp_path / "pytorch_model.bin")
    with pytest.raises(Ai4erError, match=r"only pickled weights.*any program.*save_pretrained"):
        pretrained(str(tmp_path), "text")
    assert not is_available(str(tmp_path), "text")


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    pretrained("tiny", "image").save_pretrained(tmp_path)
    pretrained("tiny", "text").config.save_pretrained(tmp_path)
    with pytest.raises(Ai4erError, match="do not belong together"):
        pretrained(str(tmp_path), "text")


def test_damaged_weights_are_one_line(tmp_path: Path) -> None:
    pretrained("tiny", "speech").save_pretrained(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\x10\x00")
    with pytest.raises(Ai4erError, match="cannot be read") as caught:
        pretrained(str(tmp_path), "speech")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "kind", "message"),
    [
        ("minilm", "speech", "'minilm' reads text, not speech"),
        ("tiny", "audio", "no kind of network named 'audio'"),
        ("", "text", "name is empty"),
        ("not a name", "text", "neither a folder nor a model of the hub"),
        ("./nowhere", "text", "no such folder"),
        ("architecture:/nowhere", "text", "no such folder"),
    ],
)
def test_a_spec_that_cannot_be_is_explained(spec: str, kind: str, message: str) -> None:
    with pytest.raises(Ai4erError, match=message):
        pretrained(spec, kind)
    assert not is_available(spec, kind)


@pytest.mark.parametrize(("saved", "asked"), [("text", "speech"), ("speech", "text"), ("text", "seq2seq")])
def test_a_network_of_another_kind_is_explained(saved: str, asked: str, tmp_path: Path) -> None:
    pretrained("tiny", saved).save_pretrained(tmp_path)
    with pytest.raises(Ai4erError, match=f"kind {asked} needs"):
        pretrained(str(tmp_path), asked)


def test_a_hub_name_that_cannot_be_reached_names_the_ways_out(unreachable: Path) -> None:
    with pytest.raises(Ai4erError) as caught:
        pretrained("microsoft/wavlm-large", "speech")
    text = str(caught.value)
    assert "\n" not in text
    assert all(way in text for way in ("'microsoft/wavlm-large'", "--offline", "local folder", str(unreachable)))
    assert not is_available("microsoft/wavlm-large", "speech")


def test_a_hub_that_never_answers_is_given_up_in_three_seconds(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", lambda *_, **__: time.sleep(20))
    start = time.monotonic()
    with pytest.raises(Ai4erError, match="cannot be reached"):
        pretrained(HUB_NAME, "text")
    assert time.monotonic() - start < 3


def test_a_misspelt_name_suggests_the_right_one(unreachable: Path) -> None:
    with pytest.raises(Ai4erError, match="did you mean 'minilm'"):
        pretrained("minilmm", "text")


def test_a_cached_model_needs_no_network(unreachable: Path) -> None:
    put_in_cache(unreachable, HUB_NAME)
    assert is_available(HUB_NAME, "text")
    assert same_weights(pretrained(HUB_NAME, "text"), pretrained("tiny", "text"))
    assert tokenizer(HUB_NAME, "text")("glad") == tokenizer("tiny", "text")("glad")


def test_a_cached_model_without_all_its_weights_is_not_available(unreachable: Path) -> None:
    snapshot = put_in_cache(unreachable, HUB_NAME)
    (snapshot / "model.safetensors").rename(snapshot / "model-00001-of-00002.safetensors")
    (snapshot / "model.safetensors.index.json").write_text(
        '{"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}'
    )
    assert not is_available(HUB_NAME, "text")


class Hub:
    """The hub as this test's replies: `files` by revision, and the pull requests of a model."""

    def __init__(self, folder: Path, files: dict[str, list[str]], requests: list[SimpleNamespace]) -> None:
        self.folder, self.files, self.requests, self.asked = folder, files, requests, []

    def model_info(self, _: str, revision: str = "main", **__: object) -> SimpleNamespace:
        return SimpleNamespace(siblings=[SimpleNamespace(rfilename=f) for f in self.files[revision]], sha=revision)

    def get_repo_discussions(self, *_: object, **__: object) -> list[SimpleNamespace]:
        return self.requests

    def snapshot_download(self, _: str, revision: str, allow_patterns: list[str]) -> str:
        self.asked.append((revision, allow_patterns))
        return str(self.folder)


TEXT_FILES = ["config.json", "tokenizer.json", "tokenizer_config.json"]
CONVERSION = SimpleNamespace(
    title="Adding `safetensors` variant of this model", status="open", git_reference="refs/pr/7"
)


@pytest.mark.parametrize("converted", [False, True])
def test_only_safetensors_are_downloaded_from_the_model_or_its_conversion(
    converted: bool, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = put_in_cache(tmp_path / "elsewhere", HUB_NAME)
    files = {
        "main": [*TEXT_FILES, "pytorch_model.bin", "flax_model.msgpack", "onnx/config.json"],
        "refs/pr/7": [*TEXT_FILES, "pytorch_model.bin", "model.safetensors"],
    }
    if not converted:
        files["main"].append("model.safetensors")
    hub = Hub(source, files, [CONVERSION])
    monkeypatch.setattr(huggingface_hub, "HfApi", lambda: hub)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", hub.snapshot_download)
    pretrained(HUB_NAME, "text")
    assert hub.asked[0] == ("refs/pr/7" if converted else "main", [*TEXT_FILES, "model.safetensors"])


def test_a_model_of_the_hub_with_nothing_but_pickles_is_refused(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = Hub(tmp_path, {"main": [*TEXT_FILES, "pytorch_model.bin"]}, [])
    monkeypatch.setattr(huggingface_hub, "HfApi", lambda: hub)
    with pytest.raises(Ai4erError, match="only pickled weights"):
        pretrained(HUB_NAME, "text")
    assert not hub.asked


def test_the_preprocessor_says_whether_audio_is_normalised(tmp_path: Path) -> None:
    saved, assets = tmp_path / "saved", tmp_path / "assets"
    pretrained("tiny", "speech").save_pretrained(saved)
    assert not expects_normalised(str(saved))
    (saved / "preprocessor_config.json").write_text('{"do_normalize": true}')
    save_assets(str(saved), "speech", assets)
    assert expects_normalised(f"architecture:{assets}")
    shutil.rmtree(saved)
    assert not expects_normalised("tiny")


def test_importing_the_package_loads_no_network_library() -> None:
    code = "import sys, ai4er.encoders; print(sorted({'torch', 'transformers', 'huggingface_hub'} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_front_ends_of_both_floors_are_listed_and_found() -> None:
    names = front_end_names()
    assert {"array", "token_ids", "text_vector", "text_frames", "speech_frames"} <= set(names)
    assert not [n for n in names if n.startswith("_") or n == "base"]
    assert front_end("array:name=x").needs == "x"
    assert front_end("speech_frames:encoder=tiny,layer=2").layer == 2
    assert front_end("speech_frames:encoder=tiny,layer=all").layer == "all"
    with pytest.raises(Ai4erError, match="did you mean 'text_frames'"):
        front_end("text_frame:encoder=tiny")
    with pytest.raises(Ai4erError, match="did you mean 'encoder'"):
        front_end("text_frames:encode=tiny")
