"""`vinn replay`: a recorded session asked again, and compared with what was answered and what really happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import cv2
import tyro

from vinn_training.bank.bundle import Bundle, load_bundle
from vinn_training.cli.console import progress_bar
from vinn_training.encoder.runtime import load_runtime
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.replay.answers import with_answers
from vinn_training.replay.output import REPORT_FILE, check_output, write_replay
from vinn_training.replay.policy_parameters import read_policy_parameters
from vinn_training.replay.replaying import EmbeddingSource, ReplayOptions, SettingsSource, replay_frames
from vinn_training.replay.result import make_result
from vinn_training.replay.sentences import agreement_sentence, online_sentence, truth_sentences
from vinn_training.replay.session import Session, SessionOptions, read_session


@dataclass(frozen=True)
class ReplayCommand:
    """What `vinn replay` takes.

    Attributes:
        bag: Recorded session: a rosbag2 folder or its storage file, sqlite3 or MCAP.
        bundle: Folder that `vinn bank` wrote.
        output: Folder for replay.json, replay.csv and report.html; an earlier replay there is replaced.
        answers: Another bag with the answers, recorded while `bag` was played to the nodes.
        embeddings: "images": encode the images of the bag; "recorded": take the embeddings that perception sent.
        settings: "recorded": each image with the settings of its recorded action; "given": all with the given ones.
        params_file: Parameter file of the policy, as launch files take it, for images without recorded settings.
        regression: The same, one by one.
        threads: Of the encoder; 0 leaves the choice to its library.
        session: Topics, and what really happened.
    """

    bag: tyro.conf.Positional[Path]
    bundle: Path
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    answers: Path | None = None
    embeddings: EmbeddingSource = "images"
    settings: SettingsSource = "recorded"
    params_file: Path | None = None
    regression: PolicyConfig = field(default_factory=PolicyConfig)
    threads: int = 0
    session: SessionOptions = field(default_factory=SessionOptions)


def run(config: ReplayCommand) -> int:
    """Replay the session, write the report and return the exit status.

    Raises:
        VinnError: If bag, bundle, parameters or output folder cannot be used.
    """
    check_output(config.output)
    options = ReplayOptions(config.embeddings, config.settings, _given(config))
    bundle = load_bundle(config.bundle)
    session = _session(config)
    cv2.setNumThreads(1)  # as perception
    runtime = load_runtime(bundle, threads=config.threads) if config.embeddings == "images" else None
    with progress_bar(f"replaying {session.path.name}") as report:
        frames = replay_frames(session, bundle, runtime, options, lambda done, total: report(done, total, ""))
    summary = write_replay(config.output, make_result(session, bundle, frames))
    _print(summary, bundle, config.output)
    return 0


def _given(config: ReplayCommand) -> PolicyConfig:
    if config.params_file is None:
        return config.regression
    if config.regression != PolicyConfig():
        raise InvalidInput("received --params-file and --regression options; expected one of the two")
    return read_policy_parameters(config.params_file)


def _session(config: ReplayCommand) -> Session:
    session = read_session(config.bag, config.session)
    if config.answers is None:
        return session
    topics = SessionOptions(
        embedding=config.session.embedding, action=config.session.action, command=config.session.command,
        messages=config.session.messages,
    )  # fmt: skip
    return with_answers(session, read_session(config.answers, topics, images="optional", demonstration=False))


def _print(summary: dict[str, Any], bundle: Bundle, output: Path) -> None:
    print(f"online: {online_sentence(summary)}")
    print(f"replay: {agreement_sentence(summary)}")
    for different in summary["online"]["different"][:5]:
        print(f"  image {different['image']} at {different['time_s']:.3f} s: {different['what']}")
    for sentence in truth_sentences(summary):
        print(sentence)
    for hop, values in summary["latency_ms"].items():
        print(f"{hop}: p50 {values['p50']:.1f} ms, p99 {values['p99']:.1f} ms ({values['n']})")
    if summary["latency_problem"]:
        print(f"no times from the images' stamps: {summary['latency_problem']}")
    if summary["replay"]["not_answered"]:
        first = summary["replay"]["problems"][0]
        print(f"{summary['replay']['not_answered']} images cannot be used, the first: {first['problem']}")
    for note in summary["notes"]:
        print(f"note: {note}")
    print(f"{output / REPORT_FILE}")
