import pytest

from vinn_training.evaluation.method_titles import TITLES, titles


@pytest.mark.parametrize(
    ("started", "title"),
    [
        ("imagenet", "ImageNet + NN"),
        ("in-domain", "in-domain pretraining + NN"),
        ("none", "no training + NN"),
        ("file", "given weights + NN"),
    ],
)
def test_only_imagenets_weights_are_called_so(started: str, title: str) -> None:
    assert titles({"imagenet": started})["imagenet"] == title


def test_other_names_stay() -> None:
    assert titles({}) == TITLES
    assert {**titles({"imagenet": "none"}), "imagenet": ""} == {**TITLES, "imagenet": ""}
