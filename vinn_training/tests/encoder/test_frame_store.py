import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput

torch = pytest.importorskip("torch")

from vinn_training.encoder.frame_store import FrameStore, frames_fit  # noqa: E402

CPU, GPU = torch.device("cpu"), torch.device("cuda", 0)
FRAMES = np.random.default_rng(0).integers(0, 256, (6, 4, 4, 3), dtype=np.uint8)


@pytest.mark.parametrize("on_device", [True, False])
def test_batches_are_the_frames_asked_for(on_device: bool) -> None:
    store = FrameStore(FRAMES, CPU, on_device)
    for rows in ([4, 1, 1], [0, 5]):
        np.testing.assert_array_equal(store.take(torch.tensor(rows)).numpy(), FRAMES[rows])
    assert store.frames.data_ptr() == FRAMES.ctypes.data  # no second copy of all frames


def test_a_batch_fetched_ahead_is_not_fetched_again_and_never_taken_for_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = FrameStore(FRAMES, CPU, on_device=False)
    sent: list[list[int]] = []
    send = store._send

    def counted(rows: "torch.Tensor") -> "torch.Tensor":
        sent.append(rows.tolist())
        return send(rows)

    monkeypatch.setattr(store, "_send", counted)
    store.prefetch(torch.tensor([2, 3]))
    np.testing.assert_array_equal(store.take(torch.tensor([2, 3])).numpy(), FRAMES[[2, 3]])
    assert sent == [[2, 3]]
    store.prefetch(torch.tensor([0, 1]))
    np.testing.assert_array_equal(store.take(torch.tensor([5, 4])).numpy(), FRAMES[[5, 4]])
    np.testing.assert_array_equal(store.take(torch.tensor([0, 1])).numpy(), FRAMES[[0, 1]])
    assert sent == [[2, 3], [0, 1], [5, 4], [0, 1]]


def test_frames_stay_on_a_gpu_where_they_leave_room_for_the_network() -> None:
    for size, free, expected in ((10, 20, True), (10, 19, False)):
        assert frames_fit(size, GPU, "auto", lambda _, free=free: free) is expected
    assert frames_fit(10, GPU, "device", lambda _: 11)
    assert not frames_fit(10, GPU, "host", lambda _: 10**9)
    with pytest.raises(InvalidInput, match=r"free on cuda:0; expected fewer .* or --frame-memory host"):
        frames_fit(10, GPU, "device", lambda _: 10)


def test_on_the_cpu_nobody_asks_for_free_memory() -> None:
    def fail(device: object) -> int:
        raise AssertionError

    assert frames_fit(10**15, CPU, "auto", fail)
    with pytest.raises(InvalidInput, match="'disk'; expected auto, device or host"):
        frames_fit(1, CPU, "disk", fail)  # type: ignore[arg-type]
