"""Joins a bag of images with the answers that another bag recorded while the first was played to the nodes."""

from __future__ import annotations

from dataclasses import replace

from vinn_training.exceptions import InvalidDemonstration
from vinn_training.replay.session import Session


def with_answers(session: Session, answers: Session) -> Session:
    """Return the session's images and motion with the other's answers.

    Args:
        session: Has the images and what really happened; its own answers are left out.
        answers: Recorded while `session` was played under its own stamps. Where it has the images too, their times
            of receipt are taken.

    Raises:
        InvalidDemonstration: If no answer is to one of the images.
    """
    stamps = {frame.stamp_ns for frame in session.frames}
    answered = {item.stamp_ns for item in answers.actions} | {item.stamp_ns for item in answers.embeddings}
    if not stamps & answered:
        raise InvalidDemonstration(
            f"{answers.path}: none of its {len(answered)} answers is to an image of {session.path}; expected a bag "
            "that was recorded while that one was played"
        )
    received = {frame.stamp_ns: frame.received_ns for frame in answers.frames}
    return replace(
        session,
        frames=tuple(
            replace(frame, received_ns=received.get(frame.stamp_ns, frame.received_ns)) for frame in session.frames
        ),
        embeddings=answers.embeddings,
        actions=answers.actions,
        commands=answers.commands,
        banks=answers.banks,
        parameter_changes=answers.parameter_changes,
        notes=(f"answers are from {answers.path}", *session.notes, *answers.notes),
    )
