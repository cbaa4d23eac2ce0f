"""Uploads: what is wrong with a file is said at its field, and nothing is taken without it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiaohu.proofing.papers import Listed, TooManyFiles, TooManyPapers
from xiaohu.proofing.reencoding import MAX_BYTES, PaperRefused
from xiaohu.ui.plain import PlainForm
from xiaohu.ui.refusals import sentence

FIELD = "file"


def paper_field() -> forms.FileField:
    """Return the field of one file: a picture or a PDF."""
    return forms.FileField(
        label=_("papers.file"),
        error_messages={
            "required": _("papers.err.file"),
            "empty": _("paper.err.unreadable"),
            "invalid": _("papers.err.file"),
        },
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )


class PayeeIdentity(PlainForm):
    """Who names another payee, as a picture that is kept with a consent of its own."""

    file = paper_field()
    agreed = forms.BooleanField(
        label=_("consent.id_photo"), error_messages={"required": _("consent.err.id_photo")}
    )


def refuse_left_out(request: HttpRequest, form: forms.Form) -> bool:
    """Say so where a file was left out because it is larger than what is read into memory."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    left_out = form.is_bound and not request.FILES and length.isdigit() and int(length) > MAX_BYTES
    if left_out:
        form.errors.pop(FIELD, None)  # A file was chosen: it was too large to be taken along.
        form.add_error(FIELD, gettext("paper.err.size"))
    return left_out


@contextmanager
def refusals_told(form: forms.Form) -> Iterator[None]:
    """Turn a refused paper into an error of its field; the form then has errors."""
    try:
        yield
    except PaperRefused as refused:
        form.add_error(FIELD, gettext(f"paper.err.{refused.params['why']}"))
    except (TooManyFiles, TooManyPapers) as refused:
        form.add_error(FIELD, sentence(refused).what)


def named(listed: Sequence[Listed]) -> list[tuple[Listed, str]]:
    """Return pages with the names a person can tell them by: which file, which page, how large."""
    files = list(dict.fromkeys(paper.file_id for paper in listed))
    found = []
    for at, paper in enumerate(listed):
        of_file = [other.file_id for other in listed[: at + 1]].count(paper.file_id)
        several = sum(other.file_id == paper.file_id for other in listed) > 1
        name = gettext("papers.page" if several else "papers.one_file").format(
            n=files.index(paper.file_id) + 1, page=of_file, size=-(-paper.size // 1024)
        )
        found.append((paper, name))
    return found
