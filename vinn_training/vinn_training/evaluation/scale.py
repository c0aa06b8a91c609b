"""The arithmetic of docs/scale.md: banks of a billion frames, fleets that share one, and DDS discovery of a site.

`python -m vinn_training.evaluation.scale docs/scale.md` writes the document's tables anew; a test compares them.
Sizes are powers of ten (GB, TB), as disks and networks are sold.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from vinn_training.durable_files import replace_file
from vinn_training.evaluation.generated_blocks import replaced_blocks
from vinn_training.exceptions import InvalidInput, VinnError

EMBEDDING_SIZE = 2048

#: Name: bytes a row. The sketch is exact search's own (64 float32); IVF-PQ keeps 64 bytes of code and an 8-byte id.
CODES: Mapping[str, int] = {
    "float32": 4 * EMBEDDING_SIZE,
    "float16": 2 * EMBEDDING_SIZE,
    "8 bits a number": EMBEDDING_SIZE,
    "sketch, 64 float32": 256,
    "IVF-PQ, 64 bytes": 72,
}

#: Of a server with 256 GB; the rest is for the system and for buffers.
USABLE_BYTES = 200e9
#: Clusters that a query looks into, of 2^20: as the largest of FAISS's own guidelines for up to 10^9 rows.
CLUSTERS, PROBES = 2**20, 64
PQ_BYTES = 64
#: Candidates whose exact rows are read, and what a solid-state disk reads at random in a second.
FETCHED, READS_A_SECOND = 256, 500_000

#: A query as float16, and an answer: 10 rows of id (8), distance (4), direction (12) and gripper opening (4).
QUERY_BYTES, ANSWER_BYTES = 2 * EMBEDDING_SIZE, 10 * 28

#: Measured on the graph that `bringup sim:=standin` starts: participants (one a process) and endpoints of one robot.
PARTICIPANTS, ENDPOINTS = 4, 202
#: Measured with Fast DDS of ROS 2 Jazzy over UDP: an announcement, and what announcing an endpoint to one participant
#: takes, acknowledgements included. The period is Fast DDS's default.
ANNOUNCEMENT_BYTES, ENDPOINT_BYTES, PERIOD_S = 500, 494, 3.0


def servers(rows: float, bytes_a_row: int) -> int:
    """Return how many servers of 256 GB hold the rows in memory."""
    return math.ceil(rows * bytes_a_row / USABLE_BYTES)


def memory_table() -> str:
    """Return bytes and servers for every code and number of rows."""
    sizes = (1e6, 1e7, 1e8, 1e9)
    header = ["a row as", "bytes", *(f"10^{round(math.log10(rows))} rows" for rows in sizes), "servers for 10^9"]
    lines = [
        [name, str(size), *(_bytes(rows * size) for rows in sizes), str(servers(1e9, size))]
        for name, size in CODES.items()
    ]
    return _table(header, lines)


def search_table() -> str:
    """Return what one query touches in IVF-PQ with re-ranking."""
    lines = []
    for rows in (1e8, 1e9):
        scanned = rows * PROBES / CLUSTERS
        lines.append(
            [
                f"10^{round(math.log10(rows))}", f"{rows / CLUSTERS:,.0f}", f"{scanned:,.0f}",
                _bytes(scanned * PQ_BYTES), _bytes(FETCHED * CODES["float16"]),
                f"{1e3 * FETCHED / READS_A_SECOND:.2f} ms",
            ]
        )  # fmt: skip
    header = [
        "rows",
        "rows a cluster",
        "codes scanned",
        "bytes scanned",
        "bytes re-ranked",
        "reads at 500,000 a second",
    ]
    return _table(header, lines)


def fleet_table() -> str:
    """Return the traffic of robots that ask one bank for every frame."""
    lines = []
    for robots in (1, 10, 100, 1000):
        queries = 30 * robots
        lines.append(
            [f"{robots:,}", f"{queries:,}", _bits(8 * queries * QUERY_BYTES), _bits(8 * queries * ANSWER_BYTES)]
        )
    return _table(["robots at 30 Hz", "queries a second", "to the bank", "back"], lines)


def discovery_table() -> str:
    """Return the discovery traffic of robots in one DDS domain with the simple protocol, and with a server."""
    lines = []
    for robots in (1, 10, 100, 1000):
        participants = PARTICIPANTS * robots
        pairs = participants * (participants - 1)
        steady = 8 * pairs * ANNOUNCEMENT_BYTES / PERIOD_S
        start = pairs * ENDPOINTS / PARTICIPANTS * ENDPOINT_BYTES
        to_server = robots * ENDPOINTS * ENDPOINT_BYTES
        lines.append(
            [
                f"{robots:,}", f"{participants:,}", f"{pairs:,}", _bits(steady), _bits(steady / robots), _bytes(start),
                _bytes(to_server),
            ]
        )  # fmt: skip
    header = [
        "robots", "participants", "ordered pairs", "announcements, site", "of it to one robot",
        "endpoints, once all start", "the same to a server",
    ]  # fmt: skip
    return _table(header, lines)


TABLES: Mapping[str, Callable[[], str]] = {
    "memory": memory_table,
    "search": search_table,
    "fleet": fleet_table,
    "discovery": discovery_table,
}


def main(arguments: Sequence[str]) -> int:
    """Write the tables of the named documents anew; return the exit status."""
    if not arguments:
        print("usage: python -m vinn_training.evaluation.scale DOCUMENT.md ...", file=sys.stderr)
        return 2
    try:
        for path in map(Path, arguments):
            if not path.is_file():
                raise InvalidInput(f"'{path}' is no file; expected a Markdown document")
            text = replaced_blocks(path.read_text(encoding="utf-8"), {name: table() for name, table in TABLES.items()})
            replace_file(path, text.encode())
    except VinnError as error:
        print(f"scale: {error}", file=sys.stderr)
        return 2
    return 0


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "".join("| " + " | ".join(line) + " |\n" for line in [header, ["---"] * len(header), *rows])


def _scaled(value: float, units: Sequence[str]) -> str:
    power = min(len(units) - 1, max(0, math.floor(math.log10(value) / 3)))
    return f"{value / 1000**power:.3g} {units[power]}"


def _bytes(value: float) -> str:
    return _scaled(value, ("B", "kB", "MB", "GB", "TB"))


def _bits(value: float) -> str:
    return _scaled(value, ("bit/s", "kbit/s", "Mbit/s", "Gbit/s"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
