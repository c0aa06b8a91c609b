from vinn_training.sim import groups


def test_what_is_drawn_and_what_touches_are_kept_apart() -> None:
    drawn = {groups.SCENE_GROUP, groups.GRIPPER_GROUP, groups.BODY_GROUP, groups.DECORATION_GROUP}
    assert len(drawn) == 4
    assert groups.COLLISION_GROUP not in drawn
    assert not groups.ROBOT_CONTACT & groups.SCENE_CONTACT
