from vinn_training.encoder.early_stopping import EarlyStopping


def test_stops_after_patience_measurements_without_a_new_best() -> None:
    stopping = EarlyStopping(patience=2)
    outcomes = []
    for epoch, error in enumerate([0.5, 0.4, 0.45, 0.4], start=1):
        outcomes.append((stopping.update(epoch, error), stopping.stopped))
    assert outcomes == [(True, False), (True, False), (False, False), (False, True)]
    assert (stopping.best_epoch, stopping.best_error) == (2, 0.4)


def test_a_new_best_starts_the_count_again() -> None:
    stopping = EarlyStopping(patience=2)
    for epoch, error in enumerate([0.5, 0.6, 0.4, 0.6], start=1):
        stopping.update(epoch, error)
    assert not stopping.stopped


def test_without_patience_it_never_stops() -> None:
    stopping = EarlyStopping(patience=0)
    for epoch in range(1, 50):
        stopping.update(epoch, float(epoch))
    assert not stopping.stopped


def test_survives_a_checkpoint() -> None:
    stopping = EarlyStopping(patience=2)
    stopping.update(1, 0.5)
    stopping.update(2, 0.6)
    again = EarlyStopping.from_dict(stopping.to_dict())
    assert again == stopping
    again.update(3, 0.7)
    assert again.stopped
    assert not stopping.stopped
