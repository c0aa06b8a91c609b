"""The security policy as the middleware is to understand it: who may do what, by enclave and node."""

from __future__ import annotations

import fnmatch
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

POLICY = Path(__file__).resolve().parents[3] / "config" / "security" / "vinn.policy.xml"

#: Kind and permission, for example ("topics", "publish").
Key = tuple[str, str]


@dataclass
class Profile:
    """What a node may do and what is refused to it, by full name; names may hold wildcards."""

    allowed: dict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))
    denied: dict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))

    def allows(self, key: Key, name: str) -> bool:
        """Whether it may; what is refused stays refused, whatever else is allowed."""
        refused = any(fnmatch.fnmatchcase(name, pattern) for pattern in self.denied[key])
        return not refused and any(fnmatch.fnmatchcase(name, pattern) for pattern in self.allowed[key])


def read_policy() -> dict[str, dict[str, Profile]]:
    """Return the profiles by enclave and node."""
    tree = ElementTree.parse(POLICY)
    enclaves: dict[str, dict[str, Profile]] = {}
    for enclave in tree.iter("enclave"):
        profiles = enclaves.setdefault(enclave.attrib["path"], {})
        for element in enclave.iter("profile"):
            profile = profiles.setdefault(element.attrib["node"], Profile())
            for group in element:
                for permission, qualifier in group.attrib.items():
                    target = profile.allowed if qualifier == "ALLOW" else profile.denied
                    names = (_full(item.text or "", element.attrib["node"]) for item in group)
                    target[group.tag, permission].update(names)
    return enclaves


def who_may(key: Key, name: str) -> set[str]:
    """Return the enclaves that may do something with a name."""
    return {
        path
        for path, profiles in read_policy().items()
        if any(profile.allows(key, name) for profile in profiles.values())
    }


def _full(name: str, node: str) -> str:
    if name.startswith("~"):
        return f"/{node}{name[1:]}"
    return name if name.startswith("/") else f"/{name}"
