import os
import signal

import pytest

from vinn_ros.stop_request import STOP_SIGNALS, StopRequest


@pytest.fixture(autouse=True)
def _handlers_come_back():
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_time_to_stop_the_robot(number):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    stop = StopRequest()
    stop.install()
    stop.at_once = False
    assert not stop.wait(0.0)
    os.kill(os.getpid(), number)
    assert stop.wait(5.0)
    assert stop.is_set()


def test_while_nothing_moves_a_signal_ends_the_process_at_once():
    stop = StopRequest()
    stop.install()
    with pytest.raises(SystemExit):
        os.kill(os.getpid(), signal.SIGTERM)


def test_a_closed_terminal_ends_nothing_that_was_started_with_nohup():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    stop = StopRequest()
    stop.install()
    os.kill(os.getpid(), signal.SIGHUP)
    assert not stop.wait(0.0)
