from gisplan.network.profiles import TAG_KEYS
from layers import street_lines


def test_readers_keep_every_tag_that_decides_who_may_use_a_street() -> None:
    assert set(TAG_KEYS) <= set(street_lines.TAG_KEYS)
