from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("av")

from vinn_training.exceptions import InvalidInput

from .collecting import FakeStages, collect


def test_a_given_mask_is_fitted_and_used_instead_of_the_found_one(video: Path) -> None:
    mask = np.full((240, 320), 255, np.uint8)
    mask[:120] = 0
    fake = FakeStages()
    _, quality = collect(video, fake, mask=mask)
    assert fake.given["mask"].shape == (120, 160)
    assert not fake.given["mask"][:59].any()
    assert fake.given["mask"][61:].all()
    assert quality.grabber_mask == {"source": "given", "part_of_picture": 0.5}

    _, quality = collect(video, fake)
    assert quality.grabber_mask["source"] == "found"
    assert not fake.given["mask"][-10:].any()
    with pytest.raises(InvalidInput, match="mask is 320x100"):
        collect(video, fake, mask=mask[:100])
