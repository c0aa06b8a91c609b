from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("av")

import av

from vinn_training.collection.video import frames, probe
from vinn_training.exceptions import InvalidDemonstration

WIDTH, HEIGHT = 96, 64


def _write(
    path: Path, count: int = 12, stamps_ms: list[int] | None = None, matrix: tuple[int, ...] | None = None
) -> Path:
    """Write a video whose frame i is grey 10 + 15 i, with a red corner at the top left and a key frame every 4."""
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"g": "4", "crf": "10"}
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for index in range(count):
            picture = np.full((HEIGHT, WIDTH, 3), (10 + 15 * index) % 256, np.uint8)
            picture[:16, :16] = (255, 0, 0)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = 100 * index if stamps_ms is None else stamps_ms[index]
            frame.time_base = Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    if matrix is not None:  # as phones write it: in the track's header, at a fixed place
        data = bytearray(path.read_bytes())
        place = data.index(b"tkhd") + 44
        data[place : place + 36] = np.array(matrix, ">i4").tobytes()
        path.write_bytes(bytes(data))
    return path


def _matrix(a: int, b: int, c: int, d: int) -> tuple[int, ...]:
    return (a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)


def test_frames_come_in_order_with_their_times(tmp_path: Path) -> None:
    read = list(frames(_write(tmp_path / "a.mp4")))

    np.testing.assert_allclose([frame.time_s for frame in read], np.arange(12) / 10, atol=1e-6)
    np.testing.assert_allclose([frame.image[40, 60, 0] for frame in read], 10 + 15 * np.arange(12), atol=4)
    red, green, blue = read[0].image[4, 4].astype(int)
    assert red > 200 > 60 > max(green, blue)  # RGB, not BGR


def test_only_wanted_frames_are_yielded_but_all_are_counted(tmp_path: Path) -> None:
    reader = frames(_write(tmp_path / "a.mp4"), lambda time_s: time_s > 0.85)
    assert [frame.index for frame in reader] == [9, 10, 11]
    assert reader.decoded == 12
    assert not reader.faults


def test_times_of_a_variable_rate_are_those_of_the_file(tmp_path: Path) -> None:
    stamps_ms = [0, 30, 60, 90, 500, 530, 560, 1500, 1530, 1560, 1590, 1620]
    path = _write(tmp_path / "phone.mp4", stamps_ms=stamps_ms)

    np.testing.assert_allclose([1000 * frame.time_s for frame in frames(path)], stamps_ms, atol=0.1)
    info = probe(path)
    assert info.variable_rate
    assert info.rate_hz == pytest.approx(11 / 1.62, rel=1e-3)
    assert not probe(_write(tmp_path / "steady.mp4")).variable_rate
    stamps_ms = [100 * index + (700 if index > 15 else 0) for index in range(24)]
    assert not probe(_write(tmp_path / "gap.mp4", count=24, stamps_ms=stamps_ms)).variable_rate


@pytest.mark.parametrize(
    ("matrix", "corner", "rotation_deg"),
    [
        (_matrix(1, 0, 0, 1), (0, 0), 0),
        (_matrix(0, 1, -1, 0), (0, -1), 270),  # a phone held upright: shown turned clockwise
        (_matrix(-1, 0, 0, -1), (-1, -1), 180),
        (_matrix(0, -1, 1, 0), (-1, 0), 90),
        (_matrix(-1, 0, 0, 1), (0, -1), 0),  # mirrored, as some front cameras write
        (_matrix(0, 1, 1, 0), (0, 0), 90),  # mirrored and turned: rows and columns change places
    ],
)
def test_pictures_are_turned_upright(
    matrix: tuple[int, ...], corner: tuple[int, int], rotation_deg: int, tmp_path: Path
) -> None:
    path = _write(tmp_path / "phone.mp4", matrix=matrix)
    image = next(frames(path)).image
    info = probe(path)

    is_red = (image[..., 0].astype(int) - image[..., 1]) > 100
    rows, columns = np.nonzero(is_red)
    found = (rows.mean() > image.shape[0] / 2, columns.mean() > image.shape[1] / 2)
    assert found == (corner[0] == -1, corner[1] == -1)
    assert info.rotation_deg == rotation_deg
    assert (info.height, info.width) == image.shape[:2]
    assert (info.width < info.height) == (rotation_deg in (90, 270))


def test_a_truncated_video_gives_its_good_part_and_says_so(tmp_path: Path) -> None:
    whole = _write(tmp_path / "whole.mp4").read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: int(0.8 * len(whole))])
    reader = frames(path)
    read = list(reader)

    assert 1 <= len(read) < 12
    np.testing.assert_allclose([f.image[40, 60, 0] for f in read], 10 + 15 * np.arange(len(read)), atol=4)
    assert any("of 1.20 s" in fault for fault in reader.faults)


def test_damage_in_the_middle_drops_frames_until_the_next_whole_picture(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.mp4")
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    keys = [packet for packet in packets if packet.is_keyframe]
    data = bytearray(path.read_bytes())
    start, size = keys[1].pos, keys[1].size
    data[start : start + size] = b"\xff" * size  # lengths inside become absurd, as after a bad copy
    path.write_bytes(bytes(data))
    reader = frames(path)
    read = list(reader)

    times_s = [round(frame.time_s, 3) for frame in read]
    assert {0.0, 1.1} <= set(times_s)
    assert not {0.4, 0.5} & set(times_s)
    for frame in read:
        assert frame.image[40, 60, 0] == pytest.approx(10 + 150 * frame.time_s, abs=4)
    assert "damaged from" in reader.faults[0]


@pytest.mark.parametrize("content", [b"", b"no video at all" * 100])
def test_other_files_are_refused_by_name(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_bytes(content)
    for read in (lambda: next(frames(path)), lambda: probe(path)):
        with pytest.raises(InvalidDemonstration, match=r"notes\.mp4.*expected"):
            read()


def test_missing_files_and_sound_alone_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidDemonstration, match="no such file"):
        next(frames(tmp_path / "none.mp4"))
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with pytest.raises(InvalidDemonstration, match="no pictures, only audio"):
        next(frames(path))


def test_a_video_without_one_good_frame_is_refused(tmp_path: Path) -> None:
    whole = _write(tmp_path / "whole.mp4").read_bytes()
    path = tmp_path / "empty.mp4"
    path.write_bytes(whole[: whole.index(b"mdat") + 8])
    with pytest.raises(InvalidDemonstration, match=r"empty\.mp4: no frame"):
        next(frames(path))


def test_one_frame_is_a_video(tmp_path: Path) -> None:
    path = _write(tmp_path / "still.mp4", count=1)
    assert len(list(frames(path))) == 1
    assert probe(path).rate_hz == 0.0
