"""What staff type and tick."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiaohu.closures.drafting import ContactRefused, contact_address
from xiaohu.closures.erasing_by_hand import MOST
from xiaohu.core.cards import AccountRefused, normalise_account
from xiaohu.core.destinations import Wallet
from xiaohu.core.evidence import EvidenceKind
from xiaohu.core.identity import OF_APPLICANTS
from xiaohu.core.numbers import NumberRefused, normalise
from xiaohu.core.restrictions import CheckAnswer
from xiaohu.core.revealing import RevealReason
from xiaohu.core.review import LONGEST_NOTE, SAID_IN_WORDS
from xiaohu.ui.plain import PlainForm
from xiaohu.ui.uploads import PayeeIdentity


class StaffSignIn(PlainForm):
    """D1: account, password, and the code of the authenticator."""

    username = forms.CharField(
        label=_("desk.username"),
        max_length=64,
        error_messages={"required": _("signin.err.username")},
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("signin.password"),
        max_length=128,
        strip=False,
        error_messages={"required": _("signin.err.password")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = forms.CharField(
        label=_("desk.code"),
        max_length=12,
        error_messages={"required": _("code.err.len"), "max_length": _("code.err.len")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class Reasons(PlainForm):
    """D5: at least one reason, and with a return what the officer adds."""

    def __init__(
        self, *args: Any, choices: list[tuple[str, str]], noted: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.listed = choices
        self.noted = noted
        self.fields["reasons"] = forms.MultipleChoiceField(
            label=_("desk.reasons"),
            choices=choices,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("refusal.REASON_MISSING")},
        )
        if noted:
            self.fields["note"] = forms.CharField(
                label=_("desk.return_note"),
                required=False,
                max_length=LONGEST_NOTE,
                error_messages={"max_length": _("desk.err.return_note")},
                widget=forms.Textarea(attrs={"rows": "2", "dir": "auto"}),
            )
            # What is too long is said, not cut off while it is pasted.
            del self.fields["note"].widget.attrs["maxlength"]

    def clean(self) -> dict[str, Any]:
        """Return what was said; "unclear" or "other" alone tells nobody what to mend."""
        given: dict[str, Any] = self.cleaned_data
        in_words = SAID_IN_WORDS.intersection(given.get("reasons", []))
        if self.noted and in_words and "note" not in self.errors and not given["note"].strip():
            self.add_error("note", _("desk.err.return_note_missing"))
        return given

    def unjudged(self) -> "Reasons":
        """Return the same form with what was ticked and nothing said about it."""
        given = {name: self[name].value() or "" for name in self.fields}
        return Reasons(None, choices=self.listed, noted=self.noted, initial=given)


class OwnClosing(PlainForm):
    """The operator's own closing: which line, of which type, on which ground."""

    number = forms.CharField(
        label=_("signin.number"),
        max_length=40,
        error_messages={"required": _("signin.err.number")},
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    ground = forms.CharField(
        label=_("involuntary.ground"),
        max_length=200,
        error_messages={
            "required": _("desk.new.err.ground"),
            "max_length": _("err.too_long"),
        },
    )

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(
            label=_("involuntary.kind"),
            choices=kinds,
            error_messages={"required": _("err.choose"), "invalid_choice": _("err.choose")},
        )

    def clean_number(self) -> str:
        """Return the number in E.164."""
        try:
            return normalise(self.cleaned_data["number"])
        except NumberRefused:
            raise ValidationError(gettext("signin.err.number")) from None


class Compared(PlainForm):
    """D5: whoever approves has compared the papers with what is registered."""

    compared = forms.BooleanField(
        label=_("desk.compared"), error_messages={"required": _("desk.err.compared")}
    )

    def __init__(self, *args: Any, unseen: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unseen = unseen

    def clean_compared(self) -> bool:
        """Return that they were compared, which nobody can have done with pages not looked at."""
        if self.unseen:
            raise ValidationError(gettext("desk.err.unseen").format(n=self.unseen))
        return True

    def unjudged(self) -> "Compared":
        """Return the same form, ticked or not, with nothing said about it."""
        ticked = bool(self["compared"].value())
        return Compared(unseen=self.unseen, initial={"compared": ticked})


class WhyReveal(PlainForm):
    """D10: why somebody looks at a value in full."""

    def __init__(self, *args: Any, longest: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        note = forms.CharField(
            label=_("desk.reveal.note"),
            max_length=longest,
            error_messages=dict.fromkeys(
                ("required", "max_length"), gettext("desk.err.reveal_note")
            ),
            widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        )
        reason = forms.ChoiceField(
            label=_("desk.reveal.reason"),
            choices=[(one.value, gettext(f"desk.reveal.why.{one}")) for one in RevealReason],
            widget=forms.RadioSelect,
            error_messages={"required": _("err.choose"), "invalid_choice": _("err.choose")},
        )
        self.fields |= {"reason": reason, "note": note}


class PayeeShown(PayeeIdentity):
    """D9: who names another payee, shown to the officer."""

    agreed = forms.BooleanField(
        label=_("consent.desk.id_photo"), error_messages={"required": _("consent.err.id_photo")}
    )


WAYS = "ways"  # the one form of a page in which all ways of a refund are typed


class NewAccount(PlainForm):
    """D9: another account of the holder, told to the officer, with a consent of its own."""

    bank = forms.CharField(
        label=_("account.bank"),
        max_length=100,
        error_messages={"required": _("account.err.bank"), "max_length": _("err.too_long")},
        widget=forms.TextInput(attrs={"form": WAYS, "autocomplete": "off"}),
    )
    account = forms.CharField(
        label=_("account.number"),
        max_length=40,
        error_messages={"required": _("account.err.number"), "max_length": _("err.too_long")},
        widget=forms.TextInput(attrs={"form": WAYS, "autocomplete": "off", "inputmode": "numeric"}),
    )
    agreed = forms.BooleanField(
        label=_("consent.desk.bank_account"),
        error_messages={"required": _("consent.err.bank_account")},
        widget=forms.CheckboxInput(attrs={"form": WAYS}),
    )

    def clean_account(self) -> str:
        """Return 12 to 19 digits."""
        try:
            return normalise_account(self.cleaned_data["account"])
        except AccountRefused:
            raise ValidationError(gettext("account.err.number")) from None


class NewWallet(PlainForm):
    """D9: the holder's own wallet, told to the officer, with a consent of its own."""

    wallet = forms.ChoiceField(
        label=_("wallet.provider"),
        choices=[(each.value, _(f"wallet.{each.value}")) for each in Wallet],
        error_messages={"required": _("err.choose"), "invalid_choice": _("err.choose")},
        widget=forms.Select(attrs={"form": WAYS}),
    )
    wallet_account = forms.CharField(
        label=_("wallet.account"),
        max_length=100,
        error_messages=dict.fromkeys(("required", "max_length"), _("wallet.err.account")),
        widget=forms.TextInput(attrs={"form": WAYS, "autocomplete": "off"}),
    )
    wallet_agreed = forms.BooleanField(
        label=_("consent.desk.bank_account"),
        error_messages={"required": _("consent.err.bank_account")},
        widget=forms.CheckboxInput(attrs={"form": WAYS}),
    )

    def clean_wallet_account(self) -> str:
        """Return a number in E.164 or an e-mail address."""
        try:
            return contact_address(self.cleaned_data["wallet_account"])
        except ContactRefused:
            raise ValidationError(gettext("wallet.err.account")) from None


class HandedOut(PlainForm):
    """D9: the receipt of money handed out, and the document of whoever fetched it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.value, gettext(f"document.{kind}")) for kind in OF_APPLICANTS]
        self.fields["document_kind"].choices = kinds  # type: ignore[attr-defined] # a choice field

    slip = forms.CharField(
        label=_("unclaimed.slip"),
        max_length=40,
        error_messages={"required": _("refunds.err.slip"), "max_length": _("refunds.err.slip")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    document_kind = forms.ChoiceField(label=_("who.document_kind"))
    document_number = forms.CharField(
        label=_("who.document_number"),
        max_length=40,
        error_messages={
            "required": _("unclaimed.err.document"),
            "max_length": _("refusal.DOCUMENT_REFUSED"),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    identity_seen = forms.BooleanField(
        label=_("unclaimed.identity_seen"),
        help_text=_("unclaimed.identity_seen_help"),
        error_messages={"required": _("unclaimed.err.identity")},
    )


class Slip(PlainForm):
    """D9: the number of the bank's slip."""

    slip = forms.CharField(
        label=_("refunds.slip"),
        max_length=40,
        error_messages={"required": _("refunds.err.slip"), "max_length": _("refunds.err.slip")},
        widget=forms.TextInput(attrs={"form": WAYS, "autocomplete": "off"}),
    )


class RestrictionChecked(PlainForm):
    """D4: what a person found before the data of a restricted line goes."""

    found = forms.ChoiceField(
        label=_("restriction_check.found"),
        choices=[(found.value, _(f"restriction_check.found.{found}")) for found in CheckAnswer],
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("restriction_check.err.found")
        ),
    )
    reference = forms.CharField(
        label=_("restriction_check.reference"),
        required=False,
        max_length=40,
        error_messages={"max_length": _("by_hand.err.reference")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ErasedByHand(PlainForm):
    """D4: what shows that something was erased by hand, and how much it was."""

    evidence = forms.ChoiceField(
        label=_("by_hand.evidence"),
        choices=[(kind.value, _(f"by_hand.evidence.{kind}")) for kind in EvidenceKind],
        error_messages={
            "required": _("by_hand.err.evidence"),
            "invalid_choice": _("by_hand.err.evidence"),
        },
    )
    reference = forms.CharField(
        label=_("by_hand.reference"),
        max_length=40,
        error_messages={
            "required": _("by_hand.err.reference"),
            "max_length": _("by_hand.err.reference"),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    count = forms.IntegerField(
        label=_("by_hand.count"),
        min_value=0,
        max_value=MOST,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _("by_hand.err.count")
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
