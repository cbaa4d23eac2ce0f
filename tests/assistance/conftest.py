"""A world in which people ask."""

from tests.portal.conftest import world as world
