"""The operator's colours as a style sheet of two lines."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from xiaohu.core.profile import Brand, Profile
from xiaohu.registry import policies

YEAR = 365 * 24 * 3600


def colours(_request: HttpRequest, version: str) -> HttpResponse:
    """Answer the colours of a version of the rules; a version never changes, nor does this."""
    made = policies.version(settings.XIAOHU.operator, version)
    brand = policies.profile(made.pk).brand
    answer = HttpResponse(
        f":root {{ --brand: {brand.colour}; --brand-dark: {brand.dark}; }}\n",
        content_type="text/css; charset=utf-8",
    )
    answer["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return answer


def has_own(profile: Profile | None) -> bool:
    """Say whether an operator's pages need that sheet: ours are in the common one."""
    return profile is not None and profile.brand != Brand()
