"""`xiaohu cert verify`: is this document ours and unchanged? Needs a file and a public key."""

from collections.abc import Callable
from pathlib import Path

from django.utils.translation import get_language, gettext

from xiaohu.closures import papers, verifying
from xiaohu.closures.comparing import Compared
from xiaohu.closures.verifying import LARGEST, Answer, Judged, Signed
from xiaohu.trail import keys

OK, FAILED, NOT_FOUND, PARTLY = 0, 1, 3, 6
REFUSED = {Answer.FORGED, Answer.OTHER_KEY, Answer.MALFORMED}
Say = Callable[[str], None]


def verify_file(file: Path, *, key: Path | None, say: Say, out: Say) -> int:
    """Say whether a document is valid, page and signature; exit code 1 says it is not."""
    public = key or keys.public_file(keys.DOCUMENTS)
    try:
        known = keys.read_public_keys(public.read_bytes())
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        say(gettext("cli.verify.unreadable").format(why=str(error)))
        return NOT_FOUND
    return _told(verifying.judge(content, known=known), say=say, out=out)


def _told(judged: Judged, *, say: Say, out: Say) -> int:
    if judged.signed is None or judged.compared is None:
        return _told_without_pages(judged, say=say, out=out)
    if judged.answer is Answer.GENUINE:
        return _tell(judged.signed, "cli.verify.good", out=out, code=OK, facts=False)
    if judged.answer is Answer.PARTLY:
        return _tell(judged.signed, f"cli.verify.{judged.compared.found}", out=out, code=PARTLY)
    return _altered(judged.signed, judged.compared, say=say, out=out)


def _told_without_pages(judged: Judged, *, say: Say, out: Say) -> int:
    if judged.signed is not None and judged.answer is Answer.BUNDLE:
        return _tell(judged.signed, "cli.verify.bundle", out=out, code=PARTLY)
    if judged.signed is not None:
        return _tell(judged.signed, "cli.verify.signature", out=out, code=OK)
    refused = judged.answer in REFUSED
    sentence = gettext("cli.verify.bad") if refused else gettext("cli.verify.none")
    what, then = gettext(f"verify.file.{judged.answer}"), gettext(f"verify.next.{judged.answer}")
    say(sentence.format(what=what, then=then))
    return FAILED if refused else NOT_FOUND


def _altered(signed: Signed, compared: Compared, *, say: Say, out: Say) -> int:
    why = gettext(f"cli.verify.altered.{compared.found}")
    strange = gettext(f"verify.strange.{compared.strange}") if compared.strange else ""
    say(why.format(page=compared.page, signed=compared.signed, strange=strange))
    return _tell(signed, "cli.verify.altered", out=out, code=FAILED)


def _tell(signed: Signed, sentence: str, *, out: Say, code: int, facts: bool = True) -> int:
    """Say what it came to, then everything that was signed, so that a person can compare."""
    said = signed.said
    out(
        gettext(sentence).format(
            number=said["number"],
            subject=said.get("line", said["subject"]),
            closed_at=said["closed_at"],
            key=signed.key,
        )
    )
    language = "en" if get_language() == "en" else "zh"
    for name, value in papers.facts(signed.kind, said, language=language) if facts else ():
        out(f"  {name}  {value}")
    return code
