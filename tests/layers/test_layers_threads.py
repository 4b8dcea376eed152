"""What one thread makes or takes for another arrives in order, and no failure is lost on the way."""

import threading
from collections.abc import Generator

import pytest

from layers.threads import Behind, ahead


def numbers(seen: list[str], *, fail_at: int = -1) -> Generator[int, None, None]:
    try:
        for number in range(1_000):
            if number == fail_at:
                raise ValueError("broken")
            seen.append(threading.current_thread().name)
            yield number
    finally:
        seen.append("closed")


def test_items_made_ahead_come_in_order_from_another_thread() -> None:
    seen: list[str] = []
    assert list(ahead(numbers(seen))) == list(range(1_000))
    assert threading.current_thread().name not in seen
    assert seen[-1] == "closed"


def test_failure_of_the_maker_is_raised_after_what_came_before_it() -> None:
    taken = []
    with pytest.raises(ValueError, match="broken"):
        for number in ahead(numbers([], fail_at=5)):
            taken.append(number)
    assert taken == [0, 1, 2, 3, 4]


def test_leaving_early_closes_the_maker_which_was_a_few_items_ahead() -> None:
    seen: list[str] = []
    items = ahead(numbers(seen))
    next(items)
    items.close()  # type: ignore[attr-defined]
    assert seen[-1] == "closed"
    assert len(seen) <= 6


def test_items_handed_over_are_worked_on_in_order() -> None:
    done: list[int] = []
    with Behind(done.append) as other:
        for number in range(1_000):
            other.take(number)
            assert len(done) >= number - 2
        other.finish()
        assert done == list(range(1_000))


def test_failure_of_the_worker_is_raised_by_the_one_who_hands_over() -> None:
    def work(number: int) -> None:
        if number == 3:
            raise ValueError("full disk")

    with pytest.raises(ValueError, match="full disk"), Behind(work) as other:
        for number in range(1_000):
            other.take(number)
        other.finish()


def test_failure_while_finishing_is_raised() -> None:
    def work(_: int) -> None:
        raise ValueError("last row")

    with Behind(work) as other:
        other.take(1)
        with pytest.raises(ValueError, match="last row"):
            other.finish()
