"""`manifest.json`: what a bundle is, in a form that people can read and loading can check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.contracts import WRIST_CAMERA_OPTICAL_FRAME
from vinn_training.encoder.artifact import EncoderSpec
from vinn_training.exceptions import InvalidInput

FORMAT = "vinn_bundle"
#: Raised when a reader of the old format could misunderstand the new one.
FORMAT_VERSION = 2

ACTION_UNIT = "unit direction, or zero at rest"
GRIPPER_MEANING = "opening: 0 closed, 1 open"


@dataclass(frozen=True)
class BundleManifest:
    """What stands in a bundle's manifest.

    Attributes:
        encoder_spec: Architecture, preprocessing, embedding size, normalisation, and the runtime if exported.
        encoder_id: Fingerprint of the encoder's files and spec.
        bank_id: Fingerprint of the bank.
        rows: Rows of the bank.
        demonstrations: Number of demonstrations.
        calibration: Distances between demonstrations.
        source: Where the demonstrations come from.
        command: Command that made the bundle.
        checksums: File name to sha256, 64 hexadecimal digits, for every other file of the bundle.
        action_frame: Frame of the actions.
        action_unit: Their unit.
        gripper: What gripper values mean.
        disabled: Names of demonstrations whose rows are not answered.

    Raises:
        InvalidInput: If actions or gripper values have another meaning than this program's.
    """

    encoder_spec: EncoderSpec
    encoder_id: str
    bank_id: str
    rows: int
    demonstrations: int
    calibration: DistanceCalibration
    source: str = ""
    command: str = ""
    checksums: Mapping[str, str] = field(default_factory=dict)
    action_frame: str = WRIST_CAMERA_OPTICAL_FRAME
    action_unit: str = ACTION_UNIT
    gripper: str = GRIPPER_MEANING
    disabled: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        meaning = {
            "action_frame": WRIST_CAMERA_OPTICAL_FRAME,
            "action_unit": ACTION_UNIT,
            "gripper": GRIPPER_MEANING,
        }
        for name, expected in meaning.items():
            if getattr(self, name) != expected:
                raise InvalidInput(f"{name} is {getattr(self, name)!r}; expected {expected!r}")

    def to_dict(self) -> dict[str, Any]:
        """Return the content of `manifest.json`."""
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "encoder": {**self.encoder_spec.to_dict(), "encoder_id": self.encoder_id},
            "bank": {
                "bank_id": self.bank_id,
                "rows": self.rows,
                "demonstrations": self.demonstrations,
                "disabled": list(self.disabled),
            },
            "action": {"frame": self.action_frame, "unit": self.action_unit},
            "gripper": self.gripper,
            "distance_calibration": self.calibration.to_dict(),
            "source": self.source,
            "command": self.command,
            "checksums": dict(self.checksums),
        }

    @classmethod
    def from_dict(cls, values: Any) -> BundleManifest:
        """Return what `to_dict` described.

        Raises:
            InvalidInput: If it is no manifest, of a newer format, or a value is missing or cannot be used.
        """
        if not isinstance(values, Mapping) or values.get("format") != FORMAT:
            raise InvalidInput(f'not a bundle\'s manifest; expected an object with "format": "{FORMAT}"')
        version = values.get("format_version")
        if version != FORMAT_VERSION:
            raise InvalidInput(
                f"format version is {version!r}, this program reads {FORMAT_VERSION}; "
                "update the program, or build the bundle again with this one"
            )
        try:
            return cls(
                encoder_spec=EncoderSpec.from_dict(values["encoder"]),
                encoder_id=str(values["encoder"]["encoder_id"]),
                bank_id=str(values["bank"]["bank_id"]),
                rows=int(values["bank"]["rows"]),
                demonstrations=int(values["bank"]["demonstrations"]),
                calibration=DistanceCalibration.from_dict(values["distance_calibration"]),
                source=str(values["source"]),
                command=str(values["command"]),
                checksums={str(name): str(digest) for name, digest in values["checksums"].items()},
                action_frame=values["action"]["frame"],
                action_unit=values["action"]["unit"],
                gripper=values["gripper"],
                disabled=tuple(str(name) for name in values["bank"].get("disabled", ())),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise InvalidInput(f"manifest lacks or misspells {error}; build the bundle again") from error
