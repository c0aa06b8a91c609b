import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("matplotlib")

from vinn_training.evaluation.episode_score import EpisodeScore
from vinn_training.evaluation.evaluate import EvaluationResult
from vinn_training.evaluation.report_page import build_page
from vinn_training.evaluation.result_files import write_json
from vinn_training.exceptions import InvalidInput


@pytest.fixture
def results(tmp_path: Path) -> Path:
    scores = [
        EpisodeScore("door", method, 0, f"d{index}", 10, 10 * mse, 10 * mse, 1.0, 10, 9, 1, (1,), 0)
        for method, mse in (("vinn", 0.2), ("random", 0.6), ("open-loop", 0.1))
        for index in range(3)
    ]
    data = {"task": "door", "source": "<script>alert(1)</script>", "training_demonstrations": 5, "training_frames": 50,
            "test_demonstrations": 3, "test_frames": 30, "test_frames_at_rest": 4}  # fmt: skip
    left = [{"task": "door", "method": "imagenet", "reason": "no <weights>"}]
    started = {"vinn": "in-domain", "imagenet": "in-domain", "random": "none"}
    content = EvaluationResult(scores, left, [], [data], started).to_dict() | {"seeds": [0], "preset": "small"}
    write_json(tmp_path / "evaluate.json", content)
    points = [{"task": "door", "seed": 0, "k": k, "temperature": 1.0, "mse": 1 / k} for k in range(1, 6)]
    write_json(tmp_path / "sweep.json", {"points": points, "best": points[-1:]})
    write_json(tmp_path / "neighbors.json", {"task": "door", "k": 5, "temperature": 1.0, "queries": []})
    cv2.imwrite(str(tmp_path / "neighbors.png"), np.zeros((20, 20, 3), dtype=np.uint8))
    return tmp_path


def test_the_page_holds_everything_within_itself(results: Path) -> None:
    page = build_page(results, "My door")
    for words in ("Table III", "Figure 6", "Figure 3", "VINN", "no &lt;weights&gt;"):
        assert words in page
    assert "<script>" not in page
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)  # nothing is fetched
    assert page.count("data:image/png;base64,") == 1
    assert "VINN before open loop" in page  # the ordering that is reversed here
    assert "of 3 pairs that the paper orders, 2 hold, 1 are reversed" in page
    assert "in-domain pretraining, in place of ImageNet weights" in page
    assert "ImageNet + NN" not in page  # no such weights were used


def test_tags_are_balanced(results: Path) -> None:
    void = {"meta", "img", "br", "path", "use", "rect"}
    stack: list[str] = []

    class Checker(HTMLParser):
        def handle_starttag(self, tag, attrs) -> None:
            if tag not in void:
                stack.append(tag)

        def handle_endtag(self, tag) -> None:
            if tag not in void:
                assert stack.pop() == tag

    Checker().feed(build_page(results, "t"))
    assert stack == []


def test_an_empty_folder_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="vinn evaluate -o"):
        build_page(tmp_path, "t")


def test_results_of_another_version_are_named(results: Path) -> None:
    write_json(results / "sweep.json", {"points": []})
    with pytest.raises(InvalidInput, match=r"sweep.json: lacks .*run it again"):
        build_page(results, "t")


def test_a_picture_that_is_gone_is_named(results: Path) -> None:
    (results / "neighbors.png").unlink()
    with pytest.raises(InvalidInput, match=r"neighbors.png: cannot be read.*run `vinn neighbors` again"):
        build_page(results, "t")


@pytest.mark.full
def test_a_browser_shows_it(results: Path, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("needs chromium or google-chrome")
    page, picture = tmp_path / "report.html", tmp_path / "page.png"
    page.write_text(build_page(results, "t"), encoding="utf-8")
    subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--screenshot={picture}", "--window-size=1000,1500",
         page.as_uri()], check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    image = cv2.imread(str(picture))
    assert image is not None
    assert image.std() > 10
