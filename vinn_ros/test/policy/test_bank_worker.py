"""Requests and answers of the worker, line by line."""

from __future__ import annotations

import io
import json
import queue

import pytest

from vinn_ros.policy import bank_worker
from vinn_ros.policy.bank_work import Recipe
from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.exceptions import InvalidInput

RECIPE = Recipe((), ("a",), DistanceCalibration((0.1, 0.30000000000000004), 2))


class Recorder:
    """Work that remembers what it was asked."""

    def __init__(self, error=None):
        self.asked = []
        self._error = error

    def add(self, *arguments):
        self.asked.append(arguments)
        if self._error is not None:
            raise self._error
        return DistanceCalibration((0.5, 2 / 3), 7)

    def save(self, *arguments):
        self.asked.append(arguments)
        return "0123456789abcdef"


def _serve(work, *requests):
    lines = queue.SimpleQueue()
    for request in requests:
        lines.put(json.dumps(request) + "\n")
    lines.put("")
    answers = io.StringIO()
    assert bank_worker.serve(lines, answers, lambda: work) == 0
    return [json.loads(line) for line in answers.getvalue().splitlines()]


def _add(**changes):
    return {"do": "add", "recipe": RECIPE.to_dict(), "source": "/s", "name": "n", "folder": "/f", **changes}


def test_requests_reach_the_work_and_numbers_come_back_exactly():
    work = Recorder()
    save = {"do": "save", "recipe": RECIPE.to_dict(), "target": "/t", "command": "c"}
    added, saved = _serve(work, _add(), save)
    assert DistanceCalibration.from_dict(added["done"]) == DistanceCalibration((0.5, 2 / 3), 7)
    assert saved == {"done": "0123456789abcdef"}
    assert [call[0] for call in work.asked] == [RECIPE, RECIPE]
    assert [str(value) for value in work.asked[0][1:]] == ["/s", "n", "/f"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (InvalidInput("no demonstration"), "no demonstration"),
        (OSError(28, "No space left on device", "/t/x"), "/t/x: No space left on device; nothing was changed"),
        (ZeroDivisionError("oh"), "ZeroDivisionError: oh (a bug; please report it"),
    ],
)
def test_a_problem_is_told_and_the_next_request_is_answered(error, words):
    answers = _serve(Recorder(error), _add(), _add())
    assert len(answers) == 2
    assert answers[0]["problem"].startswith(words)


def test_without_requests_it_ends_by_itself(monkeypatch):
    monkeypatch.setattr(bank_worker, "_IDLE_S", 0.01)
    assert bank_worker.serve(queue.SimpleQueue(), io.StringIO(), lambda: pytest.fail("loaded for nothing")) == 0
