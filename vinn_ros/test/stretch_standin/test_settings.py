from __future__ import annotations

from dataclasses import fields

from vinn_ros.stretch_standin.faults import BOUNDS, CHOICES, FAULT_GUIDE, HEALTHY, Faults
from vinn_ros.stretch_standin.settings import PARAMETERS, PREFIX, faults_from


def test_every_fault_is_a_live_described_and_bounded_parameter():
    names = [field.name for field in fields(Faults)]
    specs = {spec.name: spec for spec in PARAMETERS}
    assert list(FAULT_GUIDE) == names
    for name in names:
        spec = specs[PREFIX + name]
        assert spec.live
        assert FAULT_GUIDE[name].imitates in spec.description
        assert FAULT_GUIDE[name].bridge_must in spec.description
        assert type(spec.default) is type(getattr(HEALTHY, name))
        assert isinstance(spec.default, bool) or name in CHOICES or name in BOUNDS
        assert spec.problem(spec.default) is None
    assert not any(spec.live for name, spec in specs.items() if not name.startswith(PREFIX))


def test_parameters_become_faults():
    values = {spec.name: spec.default for spec in PARAMETERS}
    assert faults_from(values) == HEALTHY
    assert faults_from({**values, "fault.runstopped": True}) == Faults(runstopped=True)
