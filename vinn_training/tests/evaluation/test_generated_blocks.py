import pytest

from vinn_training.evaluation.generated_blocks import replaced_blocks
from vinn_training.exceptions import InvalidInput

PAGE = "a\n<!-- table: one -->\nold one\n<!-- end -->\nb\n<!-- table: two -->\nold two\n<!-- end -->\nc\n"


def test_a_named_block_is_replaced_and_everything_else_stays():
    text = replaced_blocks(PAGE, {"two": "new \\1 two\n"})
    assert text == PAGE.replace("old two", "new \\1 two")
    assert replaced_blocks(text, {"two": "new \\1 two\n"}) == text


def test_a_block_without_a_place_is_an_error():
    with pytest.raises(InvalidInput, match="no place for the table 'three': <!-- table: three -->"):
        replaced_blocks(PAGE, {"one": "x\n", "three": "x\n"})
