"""S12 and S13: where the money goes, and the account or wallet it goes to."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiaohu.closures.drafting import ContactRefused, contact_address
from xiaohu.core import banks
from xiaohu.core.cards import AccountRefused, looks_mistyped, normalise_account
from xiaohu.core.destinations import Wallet
from xiaohu.portal.forms import OneChoice, agreed, text
from xiaohu.ui.plain import PlainForm


class RefundWay(OneChoice):
    """S12: where the money goes; where no balance can be named, settling later is agreed to."""

    def __init__(self, *args: Any, unknown: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for wrong in ("required", "invalid_choice"):
            self.fields["choice"].error_messages[wrong] = gettext("balance.err.choose")
        if unknown:
            self.fields["agreed"] = agreed("later_settlement")


class Waiver(PlainForm):
    """S12: leaving the balance behind, agreed to by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreed"] = agreed("waiver")


class WalletAccount(PlainForm):
    """S13: the holder's own wallet, by the number or e-mail address it is kept under."""

    account = text("wallet.account", empty="wallet.err.account", autocomplete="off")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bank"] = forms.ChoiceField(
            label=_("wallet.provider"),
            choices=[(each.value, gettext(f"wallet.{each.value}")) for each in Wallet],
            widget=forms.RadioSelect,
            error_messages=dict.fromkeys(("required", "invalid_choice"), _("wallet.err.provider")),
        )
        self.fields["agreed"] = agreed("bank_account")
        self.order_fields(("bank", "account", "agreed"))

    def clean_account(self) -> str:
        """Return a number in E.164 or an e-mail address."""
        try:
            return contact_address(self.cleaned_data["account"])
        except ContactRefused:
            raise ValidationError(gettext("wallet.err.account")) from None


class BankAccount(PlainForm):
    """S13: the holder's own account; the name is the holder's and is not asked.

    A card number that fails its check digit is doubted once (`doubted`), and then taken. A bank
    is found by any part of its name; one that is not in the list is taken as written.
    """

    doubted = ""
    corporate = False

    bank = text("account.bank", empty="account.err.bank", autocomplete="off", list="banks")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreed"] = agreed("bank_account")

    def for_a_firm(self) -> None:
        """Ask for an account of a firm, which has no card."""
        self.corporate = True
        self.fields["account"].label = gettext("account.number_corporate")
        self.fields["account"].error_messages["required"] = gettext("account.err.number_corporate")

    def clean_bank(self) -> str:
        """Return the whole name of a bank, or what was written by hand."""
        typed = str(self.cleaned_data["bank"])
        found = banks.matching(typed)
        if typed in found or not found:
            return typed
        if len(found) > 1:
            raise ValidationError(gettext("account.err.banks"))
        return found[0]

    account = text(
        "account.number", empty="account.err.number", inputmode="numeric", autocomplete="off"
    )

    def clean_account(self) -> str:
        """Return 12 to 19 digits; a number that looks mistyped passes once it is typed again."""
        try:
            digits = normalise_account(self.cleaned_data["account"])
        except AccountRefused:
            wrong = "account.err.number_corporate" if self.corporate else "account.err.number"
            raise ValidationError(gettext(wrong)) from None
        doubted = looks_mistyped(digits, corporate=self.corporate)
        if doubted and self.data.get("doubted") != digits:
            self.doubted = digits
            raise ValidationError(gettext("account.err.mistyped"))
        return digits
