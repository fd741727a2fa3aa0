"""When a dead process is started again, and when not."""

import pytest

from biorl.standalone.supervisor.restart import LONGEST_DELAY_S, MOST_DEATHS, STABLE_AFTER_S, GiveUpError, Restarts


def test_the_pause_grows_with_each_death_up_to_a_limit() -> None:
    restarts, delays = Restarts(), []
    for _ in range(MOST_DEATHS):
        restarts = restarts.after_death(-9, 0.1)
        delays.append(restarts.delay_s)
    assert delays[0] <= 0.5
    assert delays == sorted(delays)
    assert delays[-1] <= LONGEST_DELAY_S


def test_a_process_that_keeps_dying_is_given_up() -> None:
    restarts = Restarts(deaths=MOST_DEATHS)
    with pytest.raises(GiveUpError, match="in a row"):
        restarts.after_death(1, 0.1)


def test_a_process_that_ran_well_is_forgiven() -> None:
    assert Restarts(deaths=MOST_DEATHS).after_death(1, STABLE_AFTER_S).deaths == 1


def test_settings_that_cannot_be_used_are_given_up_at_once() -> None:
    with pytest.raises(GiveUpError, match="cannot use its settings"):
        Restarts().after_death(2, 0.1)
