"""What can be known of docker/ and the CI workflow without a container engine: paths, syntax, versions, rights."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
DOCKER = REPOSITORY / "docker"
if not DOCKER.is_dir():
    pytest.skip("the tests are installed without the repository's docker/", allow_module_level=True)

DOCKERFILES = sorted(DOCKER.glob("*.Dockerfile"))
SCRIPTS = sorted(DOCKER.glob("*.sh"))
WORKFLOW = REPOSITORY / ".github" / "workflows" / "ci.yaml"


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """The (keyword, arguments) of a Dockerfile, continued lines joined, comments left out."""
    lines = [line for line in dockerfile.read_text().splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n", " ", "\n".join(lines))
    return [
        (keyword, rest.strip()) for keyword, _, rest in (line.partition(" ") for line in joined.splitlines() if line)
    ]


def requirement_names(path: Path) -> set[str]:
    """The packages that a requirements file names, and those of the files that it includes."""
    names: set[str] = set()
    for line in path.read_text().splitlines():
        text = line.split("#")[0].strip()
        if text.startswith("-r "):
            names |= requirement_names(path.parent / text[3:])
        elif text and not text.startswith("-"):
            names.add(re.split(r"[\[<>=;!~ ]", text)[0].lower())
    return names


def pinned() -> set[str]:
    lines = (REPOSITORY / "requirements" / "requirements.txt").read_text().splitlines()
    return {re.split(r"[\[=]", line)[0].lower() for line in lines if re.match(r"^[A-Za-z0-9]", line) and "==" in line}


def test_there_is_an_image_for_the_robot_and_one_for_the_workstation() -> None:
    assert [path.stem for path in DOCKERFILES] == ["robot", "workstation"]


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.stem)
def test_every_file_that_is_copied_exists_and_is_not_ignored(dockerfile: Path) -> None:
    ignored = {line for line in (REPOSITORY / ".dockerignore").read_text().split() if "*" not in line}
    copies = [shlex.split(rest) for keyword, rest in instructions(dockerfile) if keyword == "COPY"]
    assert copies
    for *sources, destination in copies:
        assert len(sources) == 1 or destination.endswith("/")
        for source in sources:
            assert (REPOSITORY / source).exists(), source
            assert Path(source).parts[0] not in ignored, source


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.stem)
def test_images_have_a_named_base_and_do_not_run_as_root(dockerfile: Path) -> None:
    steps = instructions(dockerfile)
    keywords = [keyword for keyword, _ in steps]
    known = {"ARG", "FROM", "SHELL", "ENV", "COPY", "RUN", "USER", "WORKDIR", "STOPSIGNAL", "ENTRYPOINT", "CMD"}
    assert set(keywords) <= known
    assert ("STOPSIGNAL", "SIGINT") in steps, "at SIGTERM `ros2 launch` ends without its nodes"
    base = next(rest for keyword, rest in steps if keyword == "ARG" and rest.startswith("ROS_IMAGE="))
    assert re.fullmatch(r"ROS_IMAGE=ros:(humble-ros-base-jammy|jazzy-ros-base-noble)", base)
    users = [rest for keyword, rest in steps if keyword == "USER"]
    assert users == ["vinn"]
    assert "RUN" not in keywords[keywords.index("USER") :]


def test_every_python_package_is_pinned() -> None:
    named = requirement_names(DOCKER / "workstation.txt")
    for dockerfile in DOCKERFILES:
        for keyword, rest in instructions(dockerfile):
            if keyword == "RUN" and "pip install" in rest:
                words = shlex.split(rest.split("pip install")[1])
                options = {words[index + 1] for index, word in enumerate(words) if word in ("-r", "-c")}
                assert any(option.endswith(".txt") for option in options)
                named |= {word.lower() for word in words if not word.startswith("-") and word not in options}
    assert {"numpy", "torch", "openvino", "pin"} <= named
    assert not named - pinned(), "not in requirements/requirements.txt: make lock"
    assert not {name for name in named if name.startswith("ros-")}, "ROS comes with the image"


def test_the_robot_needs_no_training_extras() -> None:
    assert not requirement_names(REPOSITORY / "requirements" / "robot.txt") & {
        "torch",
        "torchvision",
        "lightly",
        "mujoco",
    }
    assert "torch" not in "".join(rest for _, rest in instructions(DOCKER / "robot.Dockerfile"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_sound_to_the_shell_and_stop_at_an_error(script: Path) -> None:
    subprocess.run(["bash", "-n", str(script)], check=True)
    text = script.read_text()
    assert text.startswith("#!/usr/bin/env bash\n")
    assert re.search(r"^set -e", text, re.MULTILINE)


def test_the_compose_file_starts_what_the_images_have() -> None:
    content = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    services = content["services"]
    assert set(services) == {"discovery", "workstation", "robot"}
    for name, service in services.items():
        assert service["network_mode"] == service["ipc"] == "host", name
        assert service["cap_drop"] == ["ALL"], name
        assert "ROS_DISCOVERY_SERVER" in service["environment"], name
        assert re.fullmatch(r"vinn-(robot|workstation):\d+\.\d+\.\d+", service["image"]), name
        assert not service.get("privileged"), name
        if "build" in service:
            assert (DOCKER / service["build"]["context"] / service["build"]["dockerfile"]).is_file(), name
            steps = instructions(REPOSITORY / service["build"]["dockerfile"])
            arguments = {rest.partition("=")[0] for keyword, rest in steps if keyword == "ARG"}
            assert set(service["build"]["args"]) <= arguments, name
    port = re.search(r":(\d+)$", services["robot"]["environment"]["ROS_DISCOVERY_SERVER"])
    assert port is not None
    assert port[1] in services["discovery"]["command"]


def test_the_robots_launch_arguments_are_those_of_the_graph() -> None:
    """Read from the source, so that no ROS is needed."""
    graph = (REPOSITORY / "vinn_ros" / "vinn_ros" / "graph.py").read_text()
    known = set(re.findall(r"Argument\(\s*\"(\w+)\"", graph))
    command = yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]["robot"]["command"]
    given = {word.partition(":=")[0] for word in command if ":=" in word}
    assert given <= known
    assert {"bundle", "driver"} <= given


def test_ci_runs_what_the_repository_has() -> None:
    content = yaml.safe_load(WORKFLOW.read_text())
    assert set(content["jobs"]) == {"wheels", "ros", "images"}
    assert content["permissions"] == {"contents": "read"}
    targets = set(re.findall(r"^(\w[\w-]*):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    for job in content["jobs"].values():
        for step in job["steps"]:
            assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "a/b@v1"))
            command = step.get("run", "")
            assert set(re.findall(r"^make (\S+)$", command, re.MULTILINE)) <= targets
            for path in re.findall(r"docker/[\w.]+", command):
                assert (REPOSITORY / path).exists() or "${{" in command, path
    assert {f"ros:{name}" for name in ("humble-ros-base-jammy", "jazzy-ros-base-noble")} == set(
        content["jobs"]["ros"]["strategy"]["matrix"]["image"]
    )
    images = content["jobs"]["images"]["strategy"]["matrix"]["image"]
    assert sorted(images) == [path.stem for path in DOCKERFILES]
