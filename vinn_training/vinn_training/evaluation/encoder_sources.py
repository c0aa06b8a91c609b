"""Where the encoders of the compared methods come from."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec, load_encoder, write_encoder
from vinn_training.encoder.backbone import build_backbone
from vinn_training.encoder.runtime import load_runtime
from vinn_training.evaluation.methods import EncoderName
from vinn_training.exceptions import InvalidInput, VinnError
from vinn_training.policy.frame_encoder import FrameEncoder

#: `vinn pretrain` writes it, beside its encoder.
PRETRAINING_FILE = "pretrain.json"
_WEIGHTS = "weights:"


@dataclass(frozen=True)
class EncoderSources:
    """Encoders by what trained them. Each is a folder that `vinn train` wrote (or a bundle's), in which {task} and
    {seed} stand for the data set's name and the seed; "imagenet", "random" and "weights:PATH", weights of torchvision,
    none and those of a local file or folder, have architecture and preprocessing of `byol`. Empty: methods that need
    it are left out.

    Attributes:
        byol: VINN's own: BYOL from ImageNet weights in the paper.
        byol_scratch: BYOL without pretraining.
        vicreg: VICReg.
        simclr: SimCLR.
        imagenet: Not trained on demonstrations.
        untrained: A control: random weights.
    """

    byol: str = ""
    byol_scratch: str = ""
    vicreg: str = ""
    simclr: str = ""
    imagenet: str = ""
    untrained: str = "random"


class EncoderLoader:
    """Loads encoders, each once.

    Args:
        sources: Where they come from.
        folder: For encoders that are made here ("imagenet", "random").
        threads: Of torch; 0 leaves the choice to it.
    """

    def __init__(self, sources: EncoderSources, folder: Path, threads: int = 0) -> None:
        self._sources = sources
        self._folder = folder
        self._threads = threads
        self._loaded: dict[str, FrameEncoder] = {}

    def path(self, name: EncoderName, task: str, seed: int) -> str:
        """Return a source with {task} and {seed} filled in.

        Raises:
            InvalidInput: If there is none, or it holds another placeholder.
        """
        source: str = getattr(self._sources, name)
        if not source:
            raise InvalidInput(f"no encoder '{name}' was given; name one with --encoders.{name.replace('_', '-')}")
        try:
            return source.format(task=task, seed=seed)
        except (KeyError, IndexError, ValueError) as error:
            raise InvalidInput(f"encoder '{source}': expected no braces but {{task}} and {{seed}}") from error

    def pretraining(self, name: EncoderName | None, task: str, seed: int) -> str:
        """Return what an encoder started from before it saw a demonstration.

        Returns:
            "none", "imagenet", "in-domain" (by `vinn pretrain`), "file", or "unknown" where its folder does not tell.
        """
        if name is None:
            return "none"
        source = self.path(name, task, seed)
        if source.startswith(_WEIGHTS):
            return _of_weights(source.removeprefix(_WEIGHTS))
        return {"imagenet": "imagenet", "random": "none"}.get(source) or pretraining_of(Path(source))

    def load(self, name: EncoderName, task: str, seed: int) -> FrameEncoder:
        """Return an encoder that remembers the embeddings it made.

        Raises:
            InvalidInput: If none was given.
            InvalidCheckpoint: If it cannot be used.
            MissingDependency: If torch is not installed.
        """
        source = self.path(name, task, seed)
        made = source in ("imagenet", "random") or source.startswith(_WEIGHTS)
        # Without a seed in its source, an encoder is the same for all seeds.
        key = f"{source} like {self.path('byol', task, seed)} {seed if source == 'random' else ''}" if made else source
        if key not in self._loaded:
            artifact = self._make(source, task, seed) if made else load_encoder(source)
            self._loaded[key] = FrameEncoder(load_runtime(artifact, threads=self._threads), artifact)
        return self._loaded[key]

    def _make(self, source: str, task: str, seed: int) -> EncoderArtifact:
        trained: EncoderSpec = load_encoder(self.path("byol", task, seed)).spec
        spec = replace(trained, runtime="torch", precision="fp32")
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            wanted = "none" if source == "random" else source.removeprefix(_WEIGHTS)
            model = build_backbone(spec.architecture, wanted, spec.pooling)
        weights = {name: value.numpy() for name, value in model.state_dict().items()}
        return write_encoder(self._folder / f"{task}_{source.partition(':')[0]}_{seed}", spec, weights)


def pretraining_of(folder: Path) -> str:
    """Return what the encoder of a training folder started from; see `EncoderLoader.pretraining`."""
    if (folder / PRETRAINING_FILE).exists():
        return "in-domain"
    try:
        weights = json.loads((folder / "train.json").read_text(encoding="utf-8"))["weights"]
    except (OSError, ValueError, KeyError, TypeError):
        return "unknown"
    return _of_weights(str(weights))


def _of_weights(weights: str) -> str:
    """Return what weights are, given as `vinn train` takes them."""
    if weights in ("none", "imagenet"):
        return weights
    return "in-domain" if (Path(weights) / PRETRAINING_FILE).exists() else "file"


def reason(error: VinnError) -> str:
    """Return the first line of an error, as the reason why a method was left out."""
    return str(error).splitlines()[0]
