from vinn_training.tuning.page import build_page

ROW = {
    "role": "best", "k": 3, "temperature": 0.5, "action_scale": [0.5, 0.6, 1.0], "gripper_close_below": 0.3,
    "gripper_open_above": 0.7, "hold_distance_quantile": 0.99, "cost": 0.25, "mse": None, "mse_acted": None,
    "angle_deg": None, "step_off_mm": None, "gripper_wrong": 0.05, "events": 2, "missed": 1, "spurious": 0, "early": 0,
    "late": 1, "off_frames": 1.5, "changes": 1, "held": 0.01,
}  # fmt: skip
BAG = {
    "name": "<b>", "frames": 20, "are_steps": False, "recorded": 1, "cached": 2, "encoded": 17, "at_rest": None,
    "events": 2, "rate_hz": 10.0, "notes": ["5 < 6"],
}  # fmt: skip
CONTENT = {
    "bags": [BAG], "notes": ["a & b"], "untunable": {"k": "no poses"}, "rejected": {}, "settings": 12345, "frames": 20,
    "sweep_s": 0.5, "bundle": "runs/bundle", "bank_id": "b4nk", "step_length_m": 0.05, "best": ROW, "start": ROW,
    "front": [ROW], "leave_one_out": [], "generalisation": "A single bag.",
}  # fmt: skip


def test_a_page_without_pictures_and_with_words_that_html_must_not_see() -> None:
    page = build_page(CONTENT, {}, "policy: <yaml>")
    for text in ("12,345 settings over 20 frames", "&lt;b&gt;", "5 &lt; 6", "a &amp; b", "policy: &lt;yaml&gt;",
                 "not tuned: k: no poses", "A single bag.", "5.0 %", "1 / 0 of 2", "1 / 2 / 17"):  # fmt: skip
        assert text in page, text
    assert "<img" not in page
    assert ">-<" in page  # what the bags do not tell


def test_left_out_bags_and_pictures() -> None:
    left_out = [{**ROW, "role": "bag a", "fitted_cost": 0.125, "start_cost": 0.375}]
    page = build_page({**CONTENT, "leave_one_out": left_out}, {"hold": b"png"}, "")
    assert page.count("data:image/png;base64,cG5n") == 1
    assert "<td>bag a</td>" in page
    assert "0.1250" in page
    assert "0.3750" in page
