"""A world for upgrades."""

from tests.portal.conftest import world as world
