import multiprocessing
import os
import threading
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vinn_training.demonstrations.video_decoders import IDLE_DECODERS
from vinn_training.demonstrations.video_frames import VideoFrames
from vinn_training.exceptions import InvalidDemonstration

av = pytest.importorskip("av")

GOP = 8
COUNT = 30


def _picture(index: int) -> np.ndarray:
    """A bright bar that is somewhere else in each frame."""
    picture = np.full((48, 64, 3), (40, 90, 140), dtype=np.uint8)
    picture[:, (2 * index) % 60 : (2 * index) % 60 + 4] = (230, 220, 40)
    return picture


def _write(path: Path, stamps=range(COUNT), options: dict[str, str] | None = None, faststart: bool = False) -> Path:
    flags = {"movflags": "faststart"} if faststart else {}
    with av.open(str(path), "w", options=flags) as container:
        stream = container.add_stream("libx264", rate=10, options={"g": str(GOP), "bf": "2", **(options or {})})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 10)
        for index, stamp in enumerate(stamps):
            frame = av.VideoFrame.from_ndarray(_picture(index), format="rgb24")
            frame.pts, frame.time_base = stamp, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _decoded_plainly(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="yuv420p") for frame in container.decode(video=0)]
    return [cv2.cvtColor(frame, cv2.COLOR_YUV2RGB_I420) for frame in frames]


def _open_files(folder: Path) -> int:
    links = [Path("/proc/self/fd") / name for name in os.listdir("/proc/self/fd")]
    return sum(os.path.realpath(link).startswith(str(folder)) for link in links)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _write(tmp_path_factory.mktemp("video") / "bars.mp4")


@pytest.fixture(scope="module")
def pictures(video: Path) -> list[np.ndarray]:
    pictures = _decoded_plainly(video)
    assert len(pictures) == COUNT
    assert all(np.abs(a.astype(int) - _picture(i)).mean() < 8 for i, a in enumerate(pictures))
    return pictures


def test_reading_in_order_decodes_each_frame_once(video: Path, pictures: list[np.ndarray]) -> None:
    frames = VideoFrames(video)
    assert len(frames) == frames.count_cheaply() == COUNT
    for index, picture in enumerate(pictures):
        np.testing.assert_array_equal(frames.load(index), picture)
        assert frames.decoded == index + 1


def test_frames_between_keyframes_are_passed_over_without_a_seek(video: Path) -> None:
    frames = VideoFrames(video)
    for index in range(0, COUNT, 3):
        frames.load(index)
    assert frames.decoded <= COUNT


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(st.integers(0, COUNT - 1), min_size=1, max_size=12))
def test_any_order_gives_the_same_frames(video: Path, pictures: list[np.ndarray], order: list[int]) -> None:
    frames = VideoFrames(video)
    for index in order:
        before = frames.decoded
        np.testing.assert_array_equal(frames.load(index), pictures[index])
        assert frames.decoded - before <= GOP


@pytest.mark.parametrize("options", [{"bf": "3", "g": "4"}, {"g": "1000"}, {"g": "1"}])
def test_any_group_of_pictures(tmp_path: Path, options: dict[str, str]) -> None:
    path = _write(tmp_path / "a.mp4", options=options)
    plain, frames = _decoded_plainly(path), VideoFrames(path)
    for index in (29, 3, 4, 0, 17, 16, 28):
        np.testing.assert_array_equal(frames.load(index), plain[index])


@pytest.mark.parametrize(
    ("pixels", "matrix", "limits", "size"),
    [
        ("yuv420p", 2, 0, 64),
        ("yuv420p", 5, 1, 64),
        ("yuv420p", 1, 1, 64),
        ("yuvj420p", 5, 2, 64),
        ("yuv444p", 5, 1, 51),
    ],
)
def test_colours_are_those_of_the_scene(tmp_path: Path, pixels: str, matrix: int, limits: int, size: int) -> None:
    colour = (200, 40, 90)
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = size, size, pixels
        stream.codec_context.colorspace, stream.codec_context.color_range = matrix, limits
        picture = av.VideoFrame.from_ndarray(np.full((size, size, 3), colour, dtype=np.uint8), format="rgb24")
        frame = picture.reformat(format=pixels, dst_colorspace="ITU709" if matrix == 1 else "ITU601")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    image = VideoFrames(tmp_path / "a.mp4").load(0)
    assert image.shape == (size, size, 3)
    np.testing.assert_allclose(image.reshape(-1, 3).mean(axis=0), colour, atol=4)


def test_times_lead_to_frames_of_a_variable_rate(tmp_path: Path) -> None:
    stamps = [0, 1, 2, 6, 7, 12, 13]
    frames = VideoFrames(_write(tmp_path / "a.mp4", stamps))
    np.testing.assert_allclose(frames.times_s, np.array(stamps) / 10, atol=1e-6)
    assert [frames.index_at(time_s) for time_s in (0.0, 0.14, 0.16, 0.55, 0.6, 1.2, 1.31)] == [0, 1, 2, 3, 3, 5, 6]
    for time_s in (-0.5, 1.5, 0.9):
        with pytest.raises(InvalidDemonstration, match=r"a\.mp4: no frame at"):
            frames.index_at(time_s)


def test_a_video_cut_at_its_end_gives_what_is_there(tmp_path: Path, pictures: list[np.ndarray]) -> None:
    path = _write(tmp_path / "cut.mp4", faststart=True)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(0.7 * len(whole))])
    frames = VideoFrames(path)
    assert 0 < len(frames) < COUNT
    assert abs(frames.count_cheaply() - len(frames)) <= 2
    np.testing.assert_array_equal(frames.load(0), pictures[0])
    with pytest.raises(InvalidDemonstration, match=r"cut\.mp4: frame 29 is missing; the file has \d+ whole frames"):
        frames.load(29)


def test_a_video_damaged_in_the_middle_names_the_frame(tmp_path: Path, pictures: list[np.ndarray]) -> None:
    path = _write(tmp_path / "hurt.mp4", options={"bf": "0"}, faststart=True)
    plain = _decoded_plainly(path)
    with av.open(str(path)) as container:
        packets = [(packet.pts, packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    data = bytearray(path.read_bytes())
    _, position, size = sorted(packets)[10]
    data[position : position + size] = b"\xff" * size
    path.write_bytes(data)
    frames = VideoFrames(path)
    with pytest.raises(InvalidDemonstration, match=r"hurt\.mp4: frame 10 .*damaged"):
        frames.load(10)
    for index in (0, 7, 9, 24, 29):
        np.testing.assert_array_equal(frames.load(index), plain[index])


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "no such file"), (b"", "not a readable video"), (b"hello" * 99, "not a readable video")],
)
def test_what_is_no_video_is_named(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "a.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidDemonstration, match=rf"a\.mp4: {words}"):
        VideoFrames(path).load(0)
    with pytest.raises(InvalidDemonstration, match=rf"a\.mp4: {words}"):
        len(VideoFrames(path))


def test_a_video_without_its_index_is_named(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes()[:-600])
    with pytest.raises(InvalidDemonstration, match=r"a\.mp4: not a readable video"):
        VideoFrames(path).load(0)


def test_threads_share_a_video(video: Path, pictures: list[np.ndarray]) -> None:
    frames = VideoFrames(video)
    wrong: list[int] = []

    def read(offset: int) -> None:
        for step in range(2 * COUNT):
            index = (offset + step) % COUNT
            if not np.array_equal(frames.load(index), pictures[index]):
                wrong.append(index)

    threads = [threading.Thread(target=read, args=(7 * number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert _open_files(video.parent) <= 4


def test_hundreds_of_videos_keep_few_files_open(tmp_path: Path, video: Path) -> None:
    copies = []
    for number in range(2 * IDLE_DECODERS):
        copies.append(tmp_path / f"{number}.mp4")
        copies[-1].write_bytes(video.read_bytes())
    for frames in [VideoFrames(path) for path in copies]:
        frames.load(0)
    assert _open_files(tmp_path) == IDLE_DECODERS


def test_a_file_that_was_written_anew_is_read_anew(tmp_path: Path, video: Path, pictures: list[np.ndarray]) -> None:
    path = _write(tmp_path / "a.mp4", range(5))
    VideoFrames(path).load(3)
    path.unlink()
    path.write_bytes(video.read_bytes())
    np.testing.assert_array_equal(VideoFrames(path).load(20), pictures[20])


def _digest(frames: VideoFrames, indices: range) -> list[int]:
    return [int(frames.load(index).sum()) for index in indices]


def _send_digest(frames: VideoFrames, pipe) -> None:
    pipe.send(_digest(frames, range(10, COUNT)))


def test_a_forked_process_does_not_move_the_parents_place(video: Path, pictures: list[np.ndarray]) -> None:
    frames = VideoFrames(video)
    expected = [int(picture.sum()) for picture in pictures]
    assert _digest(frames, range(10)) == expected[:10]
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=_send_digest, args=(frames, theirs))
    child.start()
    assert _digest(frames, range(10, COUNT)) == expected[10:]
    assert ours.poll(60)
    assert ours.recv() == expected[10:]
    child.join(60)
    assert child.exitcode == 0
