"""A world for the help centre."""

from tests.portal.conftest import world as world
