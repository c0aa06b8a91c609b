"""`vinn data`: describes, checks, converts, splits and shows data sets; one module a command."""

from __future__ import annotations

from typing import Annotated

import tyro

from vinn_training.cli import data_convert, data_info, data_preview, data_split, data_validate

DataConfig = (
    Annotated[data_info.InfoConfig, tyro.conf.subcommand("info", description="Say what a data set holds.")]
    | Annotated[
        data_validate.ValidateConfig,
        tyro.conf.subcommand("validate", description="Read everything and list what is bad, and where."),
    ]
    | Annotated[
        data_convert.ConvertConfig,
        tyro.conf.subcommand("convert", description="Write any readable data set in the VINN or LeRobot format."),
    ]
    | Annotated[
        data_split.SplitConfig,
        tyro.conf.subcommand("split", description="Draw demonstrations to train on and to test on."),
    ]
    | Annotated[
        data_preview.PreviewConfig,
        tyro.conf.subcommand("preview", description="Show frames with their actions, as one picture or web page."),
    ]
)


def run(config: DataConfig) -> int:
    """Run the command that was chosen and return its exit status.

    Raises:
        VinnError: If the data set or an option cannot be used.
    """
    if isinstance(config, data_info.InfoConfig):
        return data_info.run(config)
    if isinstance(config, data_validate.ValidateConfig):
        return data_validate.run(config)
    if isinstance(config, data_convert.ConvertConfig):
        return data_convert.run(config)
    if isinstance(config, data_split.SplitConfig):
        return data_split.run(config)
    return data_preview.run(config)
