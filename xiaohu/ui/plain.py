"""Forms as all pages have them: judged by the server alone, and able to show what was only kept."""

from typing import Any

from django import forms
from django.http import QueryDict


class Unsent(QueryDict):
    """Words that were typed and not sent: they are shown again, and nothing is said about them."""


class PlainForm(forms.Form):
    """No browser validation, no `required` attribute: the server says what is wrong, in words."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        self.kept = data if isinstance(data, Unsent) else None
        super().__init__(data if self.kept is None else None, *args, **kwargs)

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """Return what was kept of a field, else what it begins with."""
        name = self.add_prefix(field_name)
        if self.kept is None or name not in self.kept:
            return super().get_initial_for_field(field, field_name)
        return field.widget.value_from_datadict(self.kept, {}, name)
