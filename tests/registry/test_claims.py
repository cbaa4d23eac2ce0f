"""Who named something first, over many more things than fit the first table."""

from hypothesis import given
from hypothesis import strategies as st

from xiaohu.registry.claims import Claims


def test_the_first_to_name_something_keeps_it() -> None:
    claims = Claims()
    for number in range(5000):
        assert claims.claim(("number", number), by=number % 7)
    for number in range(5000):
        assert claims.claim(("number", number), by=number % 7)
        assert not claims.claim(("number", number), by=8)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3))))
def test_says_what_a_dictionary_would(said: list[tuple[int, int]]) -> None:
    claims, first = Claims(), dict[int, int]()
    for what, by in said:
        assert claims.claim(what, by=by) == (first.setdefault(what, by) == by)
