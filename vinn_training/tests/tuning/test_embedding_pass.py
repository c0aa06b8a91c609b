from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vinn_training.exceptions import InvalidDemonstration, InvalidInput
from vinn_training.replay.session import SessionOptions
from vinn_training.tuning.embedding_cache import EmbeddingCache
from vinn_training.tuning.embedding_pass import EmbeddingPass
from vinn_training.tuning.recording import Recording, read_recording

from .conftest import ENCODER_ID, HalvesRuntime, record


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    return read_recording(record(tmp_path / "bag"), SessionOptions())


def test_a_second_run_encodes_nothing(recording: Recording, encoder: EmbeddingPass, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    first = encoder.embed(recording, lambda done, of: told.append((done, of)))
    assert (len(first.frames), first.recorded, first.cached, first.encoded) == (20, 0, 0, 20)
    assert told == [(16, 20), (20, 20)]

    def refuse() -> HalvesRuntime:
        raise AssertionError("the encoder is not needed")

    again = EmbeddingPass(ENCODER_ID, 4, refuse, EmbeddingCache(tmp_path / "cache", ENCODER_ID)).embed(recording)
    assert (again.recorded, again.cached, again.encoded) == (0, 20, 0)
    assert (again.embeddings == first.embeddings).all()


def test_recorded_embeddings_of_the_same_encoder_are_used(tmp_path: Path, encoder: EmbeddingPass, runtime) -> None:
    bag = record(tmp_path / "bag", embeddings=lambda own: own + 0.001)
    found = encoder.embed(read_recording(bag, SessionOptions()))
    assert (found.recorded, found.encoded, runtime.images) == (20, 0, 0)
    plain = encoder.embed(read_recording(record(tmp_path / "plain"), SessionOptions()))
    assert found.embeddings == pytest.approx(plain.embeddings + 0.001, abs=1e-6)


def test_those_of_another_encoder_or_with_nan_are_not(tmp_path: Path, encoder: EmbeddingPass, runtime) -> None:
    other = record(tmp_path / "other", embeddings=lambda own: own, encoder_id="another")
    assert encoder.embed(read_recording(other, SessionOptions())).encoded == 20
    broken = record(tmp_path / "broken", embeddings=lambda own: np.full(4, np.nan))
    found = encoder.embed(read_recording(broken, SessionOptions()))
    assert (found.recorded, found.encoded) == (0, 20)
    assert np.isfinite(found.embeddings).all()


def test_images_that_cannot_be_read_are_left_out(recording: Recording, encoder: EmbeddingPass) -> None:
    def load(index: int) -> np.ndarray:
        if index in (3, 17):
            raise InvalidDemonstration(f"image {index} is broken")
        return recording.load_image(index)

    for run in ("encoded", "cached"):
        found = encoder.embed(replace(recording, load_image=load))
        assert found.frames.tolist() == [index for index in range(20) if index not in (3, 17)]
        assert (getattr(found, run), len(found.problems)) == (18, 2)

    def fail(index: int) -> np.ndarray:
        raise InvalidDemonstration("it is broken")

    other = replace(recording, load_image=fail, image_topic="/other")
    with pytest.raises(InvalidInput, match="none of its 20 images can be read: it is broken"):
        encoder.embed(other)


def test_an_encoder_that_answers_nan_is_refused(recording: Recording, tmp_path: Path) -> None:
    class Broken(HalvesRuntime):
        def encode(self, images):
            return super().encode(images) * np.float32(np.nan)

    broken = EmbeddingPass(ENCODER_ID, 4, Broken, EmbeddingCache(tmp_path / "cache", ENCODER_ID))
    with pytest.raises(InvalidInput, match="not finite"):
        broken.embed(recording)
    assert not list((tmp_path / "cache").glob("*"))
