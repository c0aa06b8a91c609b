"""Named parameters of neighbour regression; encoder.presets has the encoders of the same names."""

from __future__ import annotations

from vinn_training.policy.config import PolicyConfig

#: "paper": about 10 neighbours at a temperature of 1 (VINN, sections III.C and IV). "small": the same, for an encoder
#: whose scale was chosen for that temperature. "vinn_code": VINN as it was deployed (jyopari/VINN,
#: `stretch_code/remote_node/nearest.py`). "dobbe": notmahi/dobb-e, `imitation-in-homes/configs/model/image_vinn.yaml`.
PRESETS = {
    "paper": PolicyConfig(k=10, temperature=1.0),
    "small": PolicyConfig(k=10, temperature=1.0),
    "vinn_code": PolicyConfig(k=5, temperature=1.0),
    "dobbe": PolicyConfig(k=5, temperature=1.0),
}
