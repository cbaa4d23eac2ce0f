"""Finding lines by what somebody tells of them, without anything being readable."""

from xiaohu.core.comparing import plain_name
from xiaohu.registry.models import Line
from xiaohu.vault.index import blind_index

MOST_FOUND = 50


def by_number(operator: str, number: str) -> list[Line]:
    """Return the line that has a number (E.164); none once it was closed."""
    index = blind_index(operator=operator, purpose="number", value=number)
    return list(Line.objects.filter(operator=operator, number_index=index)[:MOST_FOUND])


def by_card(operator: str, iccid: str) -> list[Line]:
    """Return the lines of a card's number, normalised."""
    index = blind_index(operator=operator, purpose="iccid", value=iccid)
    return list(Line.objects.filter(operator=operator, card_index=index)[:MOST_FOUND])


def by_holder_name(operator: str, name: str) -> list[Line]:
    """Return the lines registered to a name, the whole name, in whichever writing."""
    index = blind_index(operator=operator, purpose="name", value=plain_name(name))
    found = Line.objects.filter(operator=operator, name_index=index)
    return list(found.order_by("-activated_on", "pk")[:MOST_FOUND])
