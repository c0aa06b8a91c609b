"""Where the encoders of the compared methods come from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec, load_encoder, write_encoder
from vinn_training.encoder.backbone import build_backbone
from vinn_training.encoder.runtime import load_runtime
from vinn_training.evaluation.methods import EncoderName
from vinn_training.exceptions import InvalidInput, VinnError
from vinn_training.policy.frame_encoder import FrameEncoder


@dataclass(frozen=True)
class EncoderSources:
    """Encoders by what trained them. Each is a folder that `vinn train` wrote (or a bundle's), in which {task} and
    {seed} stand for the data set's name and the seed; "imagenet" and "random", weights of torchvision and none, have
    architecture and preprocessing of `byol`. Empty: methods that need it are left out.

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

    def load(self, name: EncoderName, task: str, seed: int) -> FrameEncoder:
        """Return an encoder that remembers the embeddings it made.

        Raises:
            InvalidInput: If none was given.
            InvalidCheckpoint: If it cannot be used.
            MissingDependency: If torch is not installed.
        """
        source = self.path(name, task, seed)
        made = source in ("imagenet", "random")
        # Without a seed in its source, an encoder is the same for all seeds.
        key = f"{source} like {self.path('byol', task, seed)} {seed if source == 'random' else ''}" if made else source
        if key not in self._loaded:
            artifact = self._make(source, task, seed) if made else load_encoder(source)
            self._loaded[key] = FrameEncoder(load_runtime(artifact, threads=self._threads), artifact)
        return self._loaded[key]

    def _make(self, source: str, task: str, seed: int) -> EncoderArtifact:
        spec: EncoderSpec = load_encoder(self.path("byol", task, seed)).spec
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            model = build_backbone(spec.architecture, "none" if source == "random" else source, spec.pooling)
        weights = {name: value.numpy() for name, value in model.state_dict().items()}
        return write_encoder(self._folder / f"{task}_{source}_{seed}", spec, weights)


def reason(error: VinnError) -> str:
    """Return the first line of an error, as the reason why a method was left out."""
    return str(error).splitlines()[0]
