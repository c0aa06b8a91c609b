"""Embedding and saving for a bank in use, in this process."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from bank_data import write_bag, write_dataset

from vinn_ros.policy.bank_work import BankWork, Recipe, read_built
from vinn_training.bank import bundle as bundle_module
from vinn_training.bank.bundle import load_bundle
from vinn_training.bank.calibration import DistanceCalibration, calibrate
from vinn_training.bank.live_bank import LiveBank
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.encoder.runtime import load_runtime
from vinn_training.exceptions import InvalidBundle, VinnError

YARDSTICK = DistanceCalibration((1.0, 2.0, 5.0), 9)
LOADED = Recipe((), (), YARDSTICK)


def test_an_added_demonstration_is_what_the_encoder_makes_of_its_pictures(work, bundle, dataset, tmp_path):
    calibration = work.add(LOADED, dataset, "new", tmp_path / "rows")
    built = read_built(tmp_path / "rows")
    assert built.bank.demonstration_names == ("new",)
    assert (len(built.bank), len(built.thumbnails)) == (5, 5)
    demonstration = next(item for item in open_dataset(dataset).demonstrations if item.name == "new")
    expected = load_runtime(load_bundle(bundle)).encode([demonstration.load_image(frame) for frame in range(5)])
    np.testing.assert_allclose(built.bank.embeddings, expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(built.bank.directions, demonstration.directions, atol=1e-6)
    loaded = load_bundle(bundle)
    whole = LiveBank(loaded.bank, loaded.thumbnails).add(built)
    assert calibration.count == len(whole) == 41
    assert calibration.distances[-1] >= calibration.distances[0] > 0.0


def test_a_bag_is_a_demonstration_where_it_has_poses(work, tmp_path):
    bag = write_bag(tmp_path / "bags", poses=True)
    work.add(LOADED, bag, "", tmp_path / "rows")
    built = read_built(tmp_path / "rows")
    assert built.bank.demonstration_names == (bag.name,)
    np.testing.assert_allclose(built.bank.directions[:9], np.tile([1.0, 0.0, 0.0], (9, 1)), atol=1e-5)
    with pytest.raises(VinnError, match=r"bag_.*pose"):
        work.add(LOADED, write_bag(tmp_path / "blind", poses=False), "", tmp_path / "nothing")


def test_a_saved_version_is_the_bank_that_was_asked(work, bundle, dataset, tmp_path):
    work.add(LOADED, dataset, "new", tmp_path / "one")
    first = Recipe((tmp_path / "one",), (), YARDSTICK)
    work.add(first, dataset, "other", tmp_path / "two")
    recipe = Recipe((tmp_path / "one", tmp_path / "two"), ("b", "new"), YARDSTICK)
    bank_id = work.save(recipe, tmp_path / "saved", "by hand")
    saved = load_bundle(tmp_path / "saved", whole=True)
    assert saved.bank.bank_id == bank_id
    assert saved.bank.demonstration_names == ("a", "b", "c", "new", "other")
    assert saved.bank.disabled == ("b", "new")
    assert saved.calibration == YARDSTICK  # decides as the running policy did
    assert saved.manifest.command == "by hand"
    np.testing.assert_array_equal(saved.bank.embeddings[36:41], read_built(tmp_path / "one").bank.embeddings)
    again = Recipe.from_dict(json.loads(json.dumps(recipe.to_dict())))
    assert again == recipe


def test_demonstrations_that_cannot_be_added_are_named(work, dataset, tmp_path):
    taken = write_dataset(tmp_path / "taken", {"a": 2})
    empty = tmp_path / "empty"
    empty.mkdir()
    text = tmp_path / "notes.txt"
    text.write_text("turn left")
    for source, name, words in (
        (dataset, "", "holds 2 demonstrations; expected the name of one of them: new, other"),
        (dataset, "nobody", "holds no demonstration 'nobody'; it has: new, other"),
        (tmp_path / "missing", "", "no such file or folder"),
        (empty, "", "holds no demonstrations"),
        (text, "", "no data set in a known format"),
        (taken, "a", "'a' is in the bank already; give the new one another name"),
    ):
        with pytest.raises(VinnError, match=words):
            work.add(LOADED, source, name, tmp_path / "rows")
    assert not (tmp_path / "rows").exists()


def test_pictures_of_another_shape_are_refused_where_the_encoder_crops(bundle, dataset, tmp_path, monkeypatch):
    from vinn_training.preprocessing import CropBox, Preprocessing

    work = BankWork(bundle, load_bundle(bundle).bank.bank_id)
    cropping = Preprocessing(size=32, crop=CropBox(0, 0, 480, 480, 640, 480))

    class Runtime:
        encoder_id, embedding_size = load_bundle(bundle).bank.encoder_id, 512

        def encode(self, images):
            return np.stack([np.resize(cropping(image), 512) for image in images])

    monkeypatch.setitem(vars(work), "_runtime", Runtime())
    with pytest.raises(VinnError, match=r"image is 32x32, but the crop .* defined on 640x480"):
        work.add(LOADED, dataset, "new", tmp_path / "rows")
    assert not (tmp_path / "rows").exists()


def test_a_full_disk_leaves_nothing_behind(work, bundle, tmp_path, monkeypatch):
    def full(path: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(bundle_module, "write_file", full)
    before = {file.name: file.read_bytes() for file in bundle.iterdir()}
    with pytest.raises(OSError, match="No space left"):
        work.save(LOADED, tmp_path / "saved", "")
    assert list(tmp_path.iterdir()) == []
    assert {file.name: file.read_bytes() for file in bundle.iterdir()} == before


def test_a_bundle_that_has_changed_is_refused(bundle, tmp_path):
    shutil.copytree(bundle, tmp_path / "bundle")
    with pytest.raises(InvalidBundle, match="has changed since the policy loaded it"):
        BankWork(tmp_path / "bundle", "0123456789abcdef")


def test_the_yardstick_is_measured_with_what_is_enabled(work, bundle, dataset, tmp_path):
    recipe = Recipe((), ("a", "b"), YARDSTICK)
    calibration = work.add(recipe, dataset, "new", tmp_path / "rows")
    loaded = load_bundle(bundle)
    live = LiveBank(loaded.bank, loaded.thumbnails)
    live.set_disabled(("a", "b"))
    assert calibration.count == 12 + 5
    assert calibration != calibrate(loaded.bank)
