from __future__ import annotations

import os

from vinn_ros.own_domain import own_domain


def test_two_runs_on_one_machine_do_not_meet(monkeypatch):
    monkeypatch.delenv("ROS_DOMAIN_ID", raising=False)
    with own_domain():
        first = os.environ["ROS_DOMAIN_ID"]
        monkeypatch.delenv("ROS_DOMAIN_ID")  # as another process would begin
        with own_domain():
            assert os.environ["ROS_DOMAIN_ID"] != first
        os.environ["ROS_DOMAIN_ID"] = first
    assert "ROS_DOMAIN_ID" not in os.environ


def test_the_domain_that_the_user_chose_stays(monkeypatch):
    monkeypatch.setenv("ROS_DOMAIN_ID", "42")
    with own_domain():
        assert os.environ["ROS_DOMAIN_ID"] == "42"
    assert os.environ["ROS_DOMAIN_ID"] == "42"
