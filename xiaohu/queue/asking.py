"""Questions that every closing asks: composed once, then asked with other values each time.

Composing a statement takes Django several times as long as the database takes to answer it.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Expression, Model, QuerySet

M = TypeVar("M", bound=Model)


class Slot(Expression):
    """A place in a question where each asking puts a value of its own."""

    def __init__(self, name: str) -> None:
        """Name what goes there."""
        super().__init__()
        self.name = name

    def as_sql(self, *_: object, **__: object) -> Any:
        """Stand as a parameter among the others."""
        return "%s", (self,)


class Question(Generic[M]):
    """A question with slots; it is composed when it is first asked."""

    def __init__(self, compose: Callable[[], QuerySet[M, Any]]) -> None:
        """Keep how it is composed."""
        self._compose = compose

    def rows(self, **values: object) -> list[tuple[Any, ...]]:
        """Return the answer as plain rows, for a question about some columns."""
        with connection.cursor() as cursor:
            cursor.execute(self._statement[0], self._with(values))
            return list(cursor.fetchall())

    def one(self, **values: object) -> M | None:
        """Return the one row there is, as an object; None where there is none."""
        found = self._model._default_manager.raw(self._statement[0], self._with(values))
        return next(iter(found), None)

    @cached_property
    def _model(self) -> type[M]:
        return self._compose().model

    @cached_property
    def _statement(self) -> tuple[str, tuple[object, ...]]:
        return self._compose().query.sql_with_params()

    def _with(self, values: dict[str, Any]) -> list[Any]:
        slots = self._statement[1]
        return [values[each.name] if isinstance(each, Slot) else each for each in slots]
