from vinn_ros.silence import SILENT_S, silence


def test_an_input_that_comes_is_nothing_to_tell():
    assert silence("image", "/image_raw", 7, 0.0) is None
    assert silence("image", "/image_raw", 7, SILENT_S) is None


def test_an_input_that_stopped_is_told_with_its_time_and_one_that_never_came_without():
    assert silence("image", "/image_raw", 7, 12.3) == "no image on /image_raw for 12 s"
    assert silence("embedding", "/embedding", 0, 12.3) == "no embedding on /embedding yet"
