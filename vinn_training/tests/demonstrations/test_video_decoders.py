from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from vinn_training.demonstrations.lerobot_video import VideoFile
from vinn_training.demonstrations.video_decoders import Decoder, DecoderPool, FrameIndex, open_video, scan
from vinn_training.exceptions import InvalidDemonstration

av = pytest.importorskip("av")


def _picture(index: int) -> np.ndarray:
    """A fixed pattern that slowly grows brighter: nothing for which the encoder would put in another keyframe."""
    pattern = np.random.default_rng(0).integers(0, 120, (32, 32, 1), dtype=np.uint8)
    return np.repeat(pattern + np.uint8(3 * index), 3, axis=2)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "a.mp4"
    file = VideoFile(path, Fraction(10))
    for index in range(35):
        file.add(_picture(index), starts_episode=index in (0, 17))
    file.close()
    return path


@pytest.fixture(scope="module")
def places(video: Path) -> FrameIndex:
    return scan(video)


def test_the_index_tells_times_and_keyframes(places: FrameIndex) -> None:
    np.testing.assert_allclose(places.times_s, np.arange(35) / 10, atol=1e-6)
    assert places.keyframes.tolist() == [0, 10, 17, 27]


def test_cost_is_what_reading_decodes(video: Path, places: FrameIndex) -> None:
    decoder = Decoder(video, places)
    for index, decoded in ((0, 1), (3, 3), (4, 1), (2, 3), (16, 7), (34, 8), (17, 1), (26, 9), (27, 1)):
        assert decoder.cost(index) == decoded
        image, passed = decoder.read(index)
        assert passed == decoded
        assert abs(float(image.mean()) - float(_picture(index).mean())) < 1.4
    decoder.close()


def test_the_pool_gives_the_decoder_that_stands_best(video: Path, places: FrameIndex) -> None:
    pool = DecoderPool(2)
    assert pool.take(places, 0) is None
    first, second = Decoder(video, places), Decoder(video, places)
    first.read(2)
    second.read(6)
    pool.give(first)
    pool.give(second)
    assert pool.take(places, 9) is second
    assert pool.take(places, 9) is first
    assert pool.take(places, 9) is None


def test_the_pool_closes_what_was_unused_longest(video: Path, places: FrameIndex) -> None:
    pool = DecoderPool(2)
    decoders = [Decoder(video, places) for _ in range(3)]
    for decoder in decoders:
        pool.give(decoder)
    assert {pool.take(places, 0), pool.take(places, 0)} == set(decoders[1:])
    with pytest.raises((InvalidDemonstration, AssertionError)):
        decoders[0].read(0)


def test_a_file_without_pictures_is_named(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), dtype=np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
    with pytest.raises(InvalidDemonstration, match=r"sound\.wav: has no video track"):
        open_video(path)
