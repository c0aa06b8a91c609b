"""A 30 Hz stream while the bank is changed a hundred times: all of it between processes, over DDS."""

from __future__ import annotations

import os

import numpy as np
import pytest
from bank_data import write_dataset, write_load_bundle
from bank_load import RATE_HZ, Oracle, Stream, Surgeon, check_attribution

OPERATIONS = 100
LIMIT_MS = 100.0


def _line(name, waits_ms):
    p50, p99 = np.percentile(waits_ms, [50, 99])
    return f"{name}: {len(waits_ms)} frames, p50 {p50:.2f} ms, p99 {p99:.2f} ms, max {waits_ms.max():.2f} ms"


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_no_frame_waits_and_every_action_is_of_one_version(ros, tmp_path, capsys):
    bundle = write_load_bundle(tmp_path)
    names = [f"added_{index}" for index in range(30)]
    dataset = write_dataset(tmp_path / "dataset", dict.fromkeys(names, 12), side_px=224)
    oracle = Oracle(bundle, dataset)
    queries = oracle.queries()
    ros.start("policy", {"bundle": str(bundle)})
    ros.wait_for(lambda: "active" in ros.output("policy"), "the policy")
    surgeon = Surgeon(ros, dataset, names)
    with Stream(ros, oracle.encoder_id, queries) as stream:
        ros.spin_for(20.0)
        quiet = len(stream.sent)
        load = os.getloadavg()[0]
        for _ in range(OPERATIONS):
            surgeon.operate()
            ros.spin_for(3.0 / RATE_HZ)  # so that each version answers some
    last = max(stream.sent)
    ros.wait_for(lambda: last in stream.answers, "the last answer")
    before, during = stream.waits_ms(5, quiet), stream.waits_ms(quiet)
    own_ms = 1e3 * max(stream.oversleep_s)
    with capsys.disabled():
        print(f"\n{_line('before', before)}\n{_line(f'during {OPERATIONS} changes', during)}")
        for kind in sorted(surgeon.kinds):
            times = [ended - begun for name, begun, ended in surgeon.log if name == kind]
            print(f"{kind}: {len(times)}, answered in {np.median(times):.2f} s (median), {max(times):.2f} s (longest)")
        for stamp in sorted(stream.sent, key=stream.wait_ms, reverse=True)[:5]:
            during_what = surgeon.at(stream.sent[stamp][0])
            print(f"frame {stamp} waited {stream.wait_ms(stamp):.1f} ms; under way when it was sent: {during_what}")
        latest = 1 + int(np.argmax(stream.oversleep_s))
        print(f"the sender itself was late by up to {own_ms:.1f} ms (frame {latest})")
        print(f"load average {load:.1f} of {os.cpu_count()} cores")
    assert np.isfinite(during).all(), f"{np.isinf(during).sum()} frames were not answered"
    assert surgeon.kinds == {"add_demonstration", "set_demonstration", "roll_back"}
    assert len(check_attribution(stream, surgeon, oracle, queries)) > OPERATIONS
    # What a busy machine takes from the sender it takes from everybody; on a quiet one that is a few milliseconds.
    assert during.max() <= LIMIT_MS + own_ms
