import numpy as np
import torch

from vinn_training.policy.learned.standardise import Standardise


def test_mean_goes_and_one_scale_keeps_proportions() -> None:
    random = np.random.default_rng(0)
    embeddings = (random.normal(size=(500, 2)) * [3.0, 30.0] + [100.0, -7.0]).astype(np.float32)
    found = Standardise(embeddings)(torch.from_numpy(embeddings)).numpy()
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-4)
    assert (found.std(axis=0) ** 2).mean() == np.float32(1.0) or abs((found.std(axis=0) ** 2).mean() - 1) < 1e-4
    ratio = embeddings.std(axis=0)[1] / embeddings.std(axis=0)[0]
    assert abs(found.std(axis=0)[1] / found.std(axis=0)[0] - ratio) < 1e-3


def test_equal_embeddings_do_not_divide_by_zero() -> None:
    found = Standardise(np.full((4, 2), 5.0, dtype=np.float32))(torch.full((1, 2), 5.0))
    assert found.tolist() == [[0.0, 0.0]]
