import pytest

from vinn_ros.stretch_bridge.description import DescriptionWatch, choose, remedy
from vinn_ros.stretch_bridge.settings import PARAMETERS

DEFAULTS = {spec.name: spec.default for spec in PARAMETERS}


@pytest.mark.parametrize(
    ("change", "published", "path", "xml", "said"),
    [
        ({}, None, None, None, "RE1V0/tool_stretch_dex_wrist of the package"),
        ({}, "<robot/>", None, "<robot/>", "topic /robot_description"),
        ({"use_robot_description": False}, "<robot/>", None, None, "of the package"),
        ({"urdf_path": "/own.urdf"}, "<robot/>", "/own.urdf", None, "file /own.urdf"),
    ],
)
def test_the_file_comes_before_the_topic_and_that_before_the_name(change, published, path, xml, said):
    chosen = choose(DEFAULTS | change, published)
    assert (chosen.urdf_path, chosen.urdf_xml) == (path, xml)
    assert said in chosen.source


def test_only_what_was_published_needs_a_remedy():
    assert "use_robot_description" in remedy(choose(DEFAULTS, "<robot/>"))
    assert remedy(choose(DEFAULTS, None)) == ""


def test_waits_a_bounded_time_for_what_is_published():
    watch = DescriptionWatch(is_used=True, wait_s=2.0)
    assert watch.waiting(0.0) is None
    watch.start(10.0)
    assert "1.5 s" in str(watch.waiting(10.5))
    assert watch.waiting(12.0) is None


def test_what_comes_ends_the_wait_and_is_new_once():
    watch = DescriptionWatch(is_used=True, wait_s=2.0)
    watch.start(10.0)
    assert watch.hear("<robot/>")
    assert watch.waiting(10.1) is None
    assert not watch.hear("<robot/>")  # the publisher was started again
    assert watch.hear("<robot name='b'/>")
    watch.start(20.0)
    assert watch.waiting(20.0) is None  # it is there


def test_nothing_is_waited_for_where_it_is_not_used():
    watch = DescriptionWatch(is_used=False, wait_s=2.0)
    watch.start(10.0)
    assert watch.waiting(10.0) is None
    assert not watch.hear("<robot/>")
