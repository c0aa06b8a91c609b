from vinn_training.demonstrations.findings import MAX_PLACES, Findings, Place


def test_everything_is_counted_and_the_first_places_kept() -> None:
    findings = Findings()
    for index in range(MAX_PLACES + 50):
        findings.add("blank-image", "demo", f"{index}.png")
    findings.add("contradiction", "demo", count=7)
    findings.add("checksum", "demo", "labels.json", "sha256 differs")
    assert (findings.number("error"), findings.number("warning")) == (1, MAX_PLACES + 57)
    listed = findings.to_list()
    assert [item["check"] for item in listed] == ["checksum", "blank-image", "contradiction"]  # errors first
    assert (listed[1]["count"], len(listed[1]["places"])) == (MAX_PLACES + 50, MAX_PLACES)
    assert listed[1]["places"][0] == {"demonstration": "demo", "frame": "0.png", "detail": ""}


def test_places_read_as_paths() -> None:
    assert str(Place("demo")) == "demo"
    assert str(Place("demo", "3.png", "is cut off")) == "demo/3.png: is cut off"
