"""Questions that every closing asks: composed once, then asked with other values each time.

Composing a statement takes Django several times as long as the database takes to answer it.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, Lookup, Model, QuerySet
from django.db.models.fields.related import ForeignObject
from django.db.models.sql.compiler import SQLCompiler

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


@ForeignObject.register_lookup
@Field.register_lookup
class AnyOf(Lookup):
    """Match one of a list that is a single parameter: however long, the question stays the same."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        """Let the server compare with each of them."""
        column, before = self.process_lhs(compiler, connection)
        listed, values = self.process_rhs(compiler, connection)
        return f"{column} = ANY({listed})", (*before, *values)


class Question(Generic[M]):
    """A question with slots; it is composed when it is first asked."""

    def __init__(
        self, compose: Callable[[], QuerySet[M, Any]], *, using: str = DEFAULT_DB_ALIAS
    ) -> None:
        """Keep how it is composed, and which database is asked."""
        self._compose, self._using = compose, using

    def rows(self, **values: object) -> list[Sequence[Any]]:
        """Return the answer as plain rows, for a question about some columns."""
        statement, _ = self._statement
        with connections[self._using].cursor() as cursor:
            cursor.execute(statement, self._with(values))
            return list(self._compiler.results_iter([cursor.fetchall()]))

    def all(self, **values: object) -> list[M]:
        """Return the answer as objects, each with what was selected beside it."""
        return [self._object(row) for row in self.rows(**values)]

    def one(self, **values: object) -> M | None:
        """Return the one row there is, as `all` does; None for none."""
        return next(iter(self.all(**values)), None)

    def _with(self, values: dict[str, Any]) -> list[Any]:
        _, slots = self._statement
        return [values[each.name] if isinstance(each, Slot) else each for each in slots]

    @cached_property
    def _compiler(self) -> SQLCompiler:
        compiler: SQLCompiler = self._compose().query.get_compiler(self._using)
        return compiler

    @cached_property
    def _statement(self) -> tuple[str, Sequence[object]]:
        return self._compiler.as_sql()

    @cached_property
    def _object(self) -> Callable[[Sequence[Any]], Any]:
        """Return how a row becomes an object, once it is known which columns were selected."""
        whole = _Part(self._compiler, self._compiler.klass_info, self._using)
        more = self._compiler.annotation_col_map or {}

        def made(row: Sequence[Any]) -> Any:
            found = whole.made(row)
            for name, at in more.items():
                setattr(found, name, row[at])
            return found

        return made


class _Part:
    """The columns of a row that are one object, and those of the objects it refers to."""

    def __init__(self, compiler: SQLCompiler, about: dict[str, Any], using: str) -> None:
        """Read from Django where they stand."""
        self.using = using
        self.model: type[Model] = about["model"]
        self.columns = slice(about["select_fields"][0], about["select_fields"][-1] + 1)
        self.names = [column.target.attname for column, *_ in compiler.select[self.columns]]
        self.key = self.columns.start + self.names.index(self.model._meta.pk.attname)
        self.others = [
            (_Part(compiler, other, using), other["local_setter"])
            for other in about.get("related_klass_infos", ())
        ]

    def made(self, row: Sequence[Any]) -> Model | None:
        """Return the object, or None where a row refers to none."""
        if row[self.key] is None:
            return None
        found = self.model.from_db(self.using, self.names, row[self.columns])
        for other, keep in self.others:
            keep(found, other.made(row))
        return found
