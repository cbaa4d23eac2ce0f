"""Pages that look again by themselves for a while; then the person does, when they like."""

from django.http import HttpRequest

LOOKS = 15


def look_again(request: HttpRequest, *, most: int = LOOKS) -> int | None:
    """Return which look the next one is; None once a page has looked often enough."""
    looked = request.GET.get("looked", "")
    looks = int(looked) if looked.isascii() and looked.isdigit() and len(looked) < 4 else 0
    return looks + 1 if looks < most else None
