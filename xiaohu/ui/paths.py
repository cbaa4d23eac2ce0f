"""Where a page may lead: a path of our own, whatever was asked for."""

from django.utils.http import url_has_allowed_host_and_scheme


def safe_path(given: str, otherwise: str = "/") -> str:
    """Return a path of our own, whatever was asked for."""
    own = (
        given.isprintable()
        and given.startswith("/")
        and url_has_allowed_host_and_scheme(given, allowed_hosts=None)
    )
    return given if own else otherwise
