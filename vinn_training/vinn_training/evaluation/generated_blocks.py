"""Documents with tables that programs write: `<!-- table: NAME -->` to `<!-- end -->`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from vinn_training.exceptions import InvalidInput

_BLOCK = re.compile(r"(<!-- table: (?P<name>[^>]*?) -->\n).*?(<!-- end -->)", re.DOTALL)


def replaced_blocks(text: str, blocks: Mapping[str, str]) -> str:
    """Return a document with the named blocks replaced; others stay as they are.

    Args:
        text: The document.
        blocks: Name to text that ends with a line break.

    Raises:
        InvalidInput: If the document has no place for one of them.
    """
    found = {match["name"] for match in _BLOCK.finditer(text)}
    for name in blocks:
        if name not in found:
            raise InvalidInput(f"the document has no place for the table '{name}': <!-- table: {name} -->")

    def block(match: re.Match[str]) -> str:
        return f"{match[1]}{blocks[match['name']]}{match[3]}" if match["name"] in blocks else match[0]

    return _BLOCK.sub(block, text)
