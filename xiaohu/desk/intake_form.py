"""D6: what an officer types while somebody asks; one page, judged as a whole."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext

from xiaohu.closures.drafting import ContactRefused, contact_address
from xiaohu.core.applicants import APPLICANTS, ApplicantKind, Evidence
from xiaohu.core.calendar import CHINA
from xiaohu.core.cards import (
    AccountRefused,
    IccidRefused,
    normalise_account,
    normalise_iccid_tail,
)
from xiaohu.core.consents import ConsentKind
from xiaohu.core.destinations import DESTINATIONS, WITH_CONSENT, Wallet
from xiaohu.core.identity import OF_APPLICANTS
from xiaohu.core.numbers import NumberRefused, normalise
from xiaohu.core.profile import RefundRoute
from xiaohu.core.readout import HeardBy, ReadItem
from xiaohu.core.reasons import Reason
from xiaohu.registry.lines import ShownLine
from xiaohu.ui.plain import PlainForm

TIME = "%Y-%m-%d %H:%M"
LONGEST_VISIT = 200
TEXT = {"autocomplete": "off"}
ASKING = tuple(kind for kind in ApplicantKind if kind is not ApplicantKind.OPERATOR)


# Which papers somebody shows; a holder may show an identity document.
SHOWN = {kind: APPLICANTS[kind].evidence or (Evidence.HOLDER_ID,) for kind in ASKING}
EVIDENCE = tuple(dict.fromkeys(kind for kinds in SHOWN.values() for kind in kinds))

# Consents that matter for some ways of the money alone.
OF_WAYS = {
    ConsentKind.BANK_ACCOUNT: frozenset(
        route for route, to in DESTINATIONS.items() if to.asks in WITH_CONSENT
    ),
    ConsentKind.WAIVER: frozenset({RefundRoute.WAIVE}),
}


class Intake(PlainForm):
    """Everything on one page; the fields of an applicant count only where it is not the holder."""

    def __init__(
        self, *args: Any, routes: tuple[RefundRoute, ...], now: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.fields |= {
            "number": _text("signin.number", empty="signin.err.number", inputmode="tel"),
            "applicant": _radio("review.applicant", "who.", ASKING),
            "holder_name": _text("who.holder_name", empty="intake.err.holder_name"),
            "holder_document": _text("who.holder_document", empty="intake.err.holder_document"),
            "name": _text("who.name"),
            "document_kind": _choice("who.document_kind", "document.", OF_APPLICANTS),
            "document_number": _text("who.document_number"),
            "card": _text("intake.card"),
            "visit": _text("intake.visit", longest=LONGEST_VISIT),
            "contact": _text("review.contact", empty="intake.err.contact"),
            "contact_heard": _tick("intake.contact_heard", empty="intake.err.contact_heard"),
            "route": _choice("review.refund", "route.", routes),
            "bank": _text("account.bank"),
            "account": _text("account.number"),
            "wallet": _choice("wallet.provider", "wallet.", Wallet),
            "wallet_account": _text("wallet.account"),
            "to_line": _text("intake.to_line", inputmode="tel"),
            "reason": _choice("intake.reason", "reason.", _REASONS),
            "read": _ticks("intake.read", "intake.read.", ReadItem),
            "consents": _some("intake.consents", "consent.desk.", _consents(routes)),
            "heard_by": _radio("intake.heard_by", "intake.heard_by.", HeardBy),
            "heard_at": _text("intake.heard_at", empty="intake.err.heard_at"),
            **{f"paper-{kind}": _files(kind) for kind in EVIDENCE},
        }

        self.fields["document_kind"].required = False
        self.fields["wallet"].required = False

    def clean_number(self) -> str:
        """Return the number in E.164."""
        try:
            return normalise(self.cleaned_data["number"])
        except NumberRefused:
            raise ValidationError(gettext("signin.err.number")) from None

    def clean_card(self) -> str:
        """Return the last four characters, where a card was named; what can be none is not tried."""
        typed: str = self.cleaned_data["card"]
        try:
            return normalise_iccid_tail(typed) if typed else ""
        except IccidRefused:
            raise ValidationError(gettext("verify.err.card_form")) from None

    def clean_read(self) -> list[ReadItem]:
        """Return what was read; everything must be."""
        read = {ReadItem(item) for item in self.cleaned_data["read"]}
        if read != set(ReadItem):
            raise ValidationError(gettext("intake.err.read"))
        return list(ReadItem)

    def clean_heard_at(self) -> datetime:
        """Return when it was heard; never later than now."""
        try:
            typed = datetime.strptime(self.cleaned_data["heard_at"], TIME)  # noqa: DTZ007 - China's
        except ValueError:
            raise ValidationError(gettext("intake.err.heard_at")) from None
        at = typed.replace(tzinfo=CHINA)
        return min(at, self.now) if (at - self.now).total_seconds() < 60 else at

    def clean(self) -> dict[str, Any]:
        """Return the answers; of where money goes only what its way asks for, and that in full."""
        given: dict[str, Any] = self.cleaned_data
        route = given.get("route")
        if route != RefundRoute.OTHER_LINE.value:
            given["to_line"] = ""
        elif "to_line" not in self.errors:
            self._judge_line(given)
        if route == RefundRoute.BANK_ACCOUNT.value:
            self._judge_account(given)
        elif route == RefundRoute.WALLET.value:
            self._judge_wallet(given)
        else:
            given["bank"] = given["account"] = ""
        given["consents"] = [
            kind
            for kind in given.get("consents", [])
            if route in OF_WAYS.get(ConsentKind(kind), [route])
        ]
        return given

    def _judge_account(self, given: dict[str, Any]) -> None:
        if not given.get("bank"):
            self.add_error("bank", gettext("account.err.bank"))
        try:
            given["account"] = normalise_account(given.get("account", ""))
        except AccountRefused:
            self.add_error("account", gettext("account.err.number"))

    def _judge_wallet(self, given: dict[str, Any]) -> None:
        given["bank"] = given.get("wallet") or Wallet.ALIPAY.value
        try:
            given["account"] = contact_address(given.get("wallet_account", ""))
        except ContactRefused:
            self.add_error("wallet_account", gettext("wallet.err.account"))

    def _judge_line(self, given: dict[str, Any]) -> None:
        try:
            given["to_line"] = normalise(given.get("to_line", ""))
        except NumberRefused:
            self.add_error("to_line", gettext("signin.err.number"))

    def offer(self, others: Collection[ShownLine], *, ticked: list[str]) -> None:
        """Let the holder's other lines be ticked to go with the one that was looked up."""
        self.is_valid()  # The answers are judged before; of these only the lines there are count.
        if others:
            field = forms.MultipleChoiceField(
                label=gettext("intake.also"),
                choices=[(str(one.id), _line(one)) for one in others],
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=ticked,
            )
            self.fields["also"] = field

    def say(self, wrong: Mapping[str, Any]) -> None:
        """Say what is wrong with some fields, also where nothing else was judged."""
        if wrong and not self.is_bound:
            self.full_clean()
            self.cleaned_data = {}
        for name, error in wrong.items():
            self.add_error(None if name == NON_FIELD_ERRORS else name, error)

    def unjudged(self, *, saying: Collection[str] = ()) -> "Intake":
        """Return the same form with what was typed, and nothing said but of the fields `saying`."""
        typed = {name: self[name].value() for name in self.fields if name in self.data}
        routes = tuple(RefundRoute(value) for value, _ in self.fields["route"].choices)  # type: ignore[attr-defined]
        made = Intake(None, initial={**self.initial, **typed}, routes=routes, now=self.now)
        wrong = self.errors.as_data() if saying else {}
        made.say({name: wrong[name] for name in saying if name in wrong})
        return made


def _line(shown: ShownLine) -> str:
    return f"{shown.number} · {shown.product} · {gettext(f'line.{shown.status}')}"


def _consents(routes: Collection[RefundRoute]) -> list[ConsentKind]:
    """Return the consents that can matter under an operator's rules; nobody compares a face here."""
    return [
        kind
        for kind in ConsentKind
        if kind is not ConsentKind.FACE and (kind not in OF_WAYS or OF_WAYS[kind] & set(routes))
    ]


class _Several(forms.FileInput):
    allow_multiple_selected = True


_REASONS = (Reason.NOT_SAID, *(one for one in Reason if one not in {Reason.NOT_SAID, Reason.OTHER}))


def _text(label: str, *, empty: str = "", longest: int = 200, **attributes: str) -> forms.CharField:
    return forms.CharField(
        label=gettext(label),
        required=bool(empty),
        max_length=longest,
        error_messages={
            **({"required": gettext(empty)} if empty else {}),
            "max_length": gettext("err.too_long"),
        },
        widget=forms.TextInput(attrs={**TEXT, **attributes}),
    )


def _files(kind: Evidence) -> forms.FileField:
    """A box for files of one kind; they are kept when they arrive, and never judged with the rest."""
    box = _Several(attrs={"accept": "image/jpeg,image/png,application/pdf"})
    return forms.FileField(label=gettext(f"paper_kind.{kind}"), required=False, widget=box)


def _tick(label: str, *, empty: str) -> forms.BooleanField:
    return forms.BooleanField(label=gettext(label), error_messages={"required": gettext(empty)})


def _offered(prefix: str, values: Any) -> list[tuple[str, str]]:
    return [(one.value, gettext(f"{prefix}{one}")) for one in values]


def _wrong() -> dict[str, str]:
    return dict.fromkeys(("required", "invalid_choice", "invalid_list"), gettext("err.choose"))


def _choice(label: str, prefix: str, values: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext(label), choices=_offered(prefix, values), error_messages=_wrong()
    )


def _radio(label: str, prefix: str, values: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext(label),
        choices=_offered(prefix, values),
        error_messages=_wrong(),
        widget=forms.RadioSelect,
    )


def _some(label: str, prefix: str, values: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=gettext(label),
        required=False,
        choices=_offered(prefix, values),
        widget=forms.CheckboxSelectMultiple,
        error_messages=_wrong(),
    )


def _ticks(label: str, prefix: str, values: Any) -> forms.MultipleChoiceField:
    wrong = {**_wrong(), "required": gettext("intake.err.read")}
    return forms.MultipleChoiceField(
        label=gettext(label),
        choices=_offered(prefix, values),
        widget=forms.CheckboxSelectMultiple,
        error_messages=wrong,
    )
