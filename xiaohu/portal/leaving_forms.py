"""What is chosen on the way out: records to copy, and what to clear."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from xiaohu.core.exports import MONTHLY, Record
from xiaohu.ui.plain import PlainForm
from xiaohu.ui.templatetags.words import month


def _several(label: str, choices: list[tuple[str, str]], initial: list[str], empty: str) -> Any:
    return forms.MultipleChoiceField(
        label=gettext_lazy(label),
        choices=choices,
        initial=initial,
        required=bool(empty),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy(empty or "err.choose"),
            "invalid_choice": gettext_lazy("err.choose"),
        },
    )


class CopyForm(PlainForm):
    """S8: which records, and of which months; the newest three are chosen first. Not every record has any."""

    def __init__(
        self, *args: Any, records: Sequence[Record], months: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(record.value, gettext(f"copy.{record.value}")) for record in records]
        self.fields["choice"] = _several(
            "export.records", kinds, [record.value for record in records], "export.err.records"
        )
        if MONTHLY & set(records):
            listed = [(each, month(each)) for each in months]
            self.fields["months"] = _several("export.months", listed, list(months[:3]), "")

    def clean(self) -> None:
        """Refuse records of months without a month; nothing chosen at all is said of both at once."""
        if "months" not in self.fields:
            return
        chosen = self.cleaned_data.get("choice")
        monthly = chosen is None or set(chosen) & {kind.value for kind in MONTHLY}
        if monthly and not self.cleaned_data.get("months") and "months" not in self.errors:
            self.add_error("months", gettext("export.err.months"))


class TidyForm(PlainForm):
    """S8b: what to clear; nothing is chosen first."""

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["choice"] = _several("tidy.choose", kinds, [], "tidy.err.none")
