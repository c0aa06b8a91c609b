import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.commented_yaml import dump_yaml, parse_yaml, plain_value

TEXT = """# first
/**/policy:   # any namespace
  ros__parameters:
    k: 5
    name: "quoted"   # why
    scale: [0.5, 1.0]
"""


def test_comments_order_and_quotes_stay() -> None:
    content = parse_yaml(TEXT)
    assert dump_yaml(content) == TEXT
    content["/**/policy"]["ros__parameters"]["k"] = 7
    content["/**/policy"]["ros__parameters"]["scale"] = plain_value((0.25, 1.0))
    assert dump_yaml(content) == TEXT.replace("5\n", "7\n", 1).replace("[0.5,", "[0.25,")


@pytest.mark.parametrize("text", ["a: [1", "a: 1\na: 2\n", "\t- x"])
def test_what_is_no_yaml_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InvalidInput, match="not readable as YAML") as caught:
        parse_yaml(text)
    assert "\n" not in str(caught.value)
