"""A file said otherwise in one place at a time: `<` for `<=`, `-` for `+`, a refusal left out."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SWAPS: dict[type[ast.AST], tuple[type[Any], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.FloorDiv,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.Mult,),
}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
# What a type says, what an assertion tells a type checker, and what decorates changes no result.
UNCHANGED = frozenset({"annotation", "returns", "decorator_list", "bases"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """The n-th change of a file: where it is, and what it says instead."""

    file: str
    number: int
    function: str  # "" where it is said outside of functions
    line: int
    what: str

    @property
    def name(self) -> str:
        """What the mutant is known by, whichever line it stands in."""
        return f"{self.file}:{self.function}: {self.what}"


def mutants(file: Path) -> list[Mutant]:
    """Return every change of a file."""
    path = file.resolve()
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()
    found: list[Mutant] = []
    seen: Counter[tuple[str, str]] = Counter()
    for number, site in enumerate(_sites(ast.parse(path.read_text(encoding="utf-8")))):
        same = (site.function, site.what)
        seen[same] += 1
        what = site.what if seen[same] == 1 else f"{site.what} ({seen[same]})"
        found.append(Mutant(name, number, site.function, site.old.lineno, what))
    return found


def compiled(file: Path, number: int | None) -> CodeType:
    """Return the program that a file becomes by one of its changes, or is without any."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    if number is not None:
        next(site for at, site in enumerate(_sites(tree)) if at == number).change()
    return compile(ast.fix_missing_locations(tree), str(file), "exec")


@dataclass(frozen=True, slots=True)
class _Site:
    """A node, where it hangs, and what takes its place."""

    parent: ast.AST
    field: str
    index: int | None
    old: ast.expr | ast.stmt
    new: ast.AST
    function: str

    @property
    def what(self) -> str:
        """Before and after, each cut to one short line."""
        before, after = (ast.unparse(each).split("\n")[0][:80] for each in (self.old, self.new))
        return f"{before} → {after}"

    def change(self) -> None:
        """Put the new one where the old one was."""
        new = ast.copy_location(self.new, self.old)
        if self.index is None:
            setattr(self.parent, self.field, new)
        else:
            getattr(self.parent, self.field)[self.index] = new


def _sites(node: ast.AST, function: str = "", scope: str = "") -> Iterator[_Site]:
    for field, value in ast.iter_fields(node):
        if field in UNCHANGED:
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _says_nothing(child):
                continue
            if isinstance(child, ast.expr | ast.stmt):
                for new in _otherwise(child):
                    yield _Site(node, field, index, child, new, function)
            yield from _inside(child, function, scope)


def _inside(child: ast.AST, function: str, scope: str) -> Iterator[_Site]:
    if isinstance(child, ast.FunctionDef):
        named = scope + child.name
        yield from _sites(child.args, function, scope)
        body = ast.Module(child.body, [])
        yield from _sites(body, named, f"{named}.<locals>.")
    elif isinstance(child, ast.ClassDef):
        yield from _sites(child, function, f"{scope}{child.name}.")
    else:
        yield from _sites(child, function, scope)


def _says_nothing(node: ast.AST) -> bool:
    """Tell what no test could ever miss, or none that undoes what it did in one transaction."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    if isinstance(node, ast.keyword):
        return node.arg in {"strict", "durable", "no_key"}
    return isinstance(node, ast.Assert)


def _otherwise(node: ast.expr | ast.stmt) -> Iterator[ast.AST]:
    """Return what a node is replaced by, one after another."""
    match node:
        case ast.Compare(left, ops, comparators):
            for at, op in enumerate(ops):
                for swap in SWAPS[type(op)]:
                    yield ast.Compare(left, [*ops[:at], swap(), *ops[at + 1 :]], comparators)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(SWAPS[type(op)][0](), values)
        case ast.BinOp(left, op, right) if type(op) in SWAPS:
            yield ast.BinOp(left, SWAPS[type(op)][0](), right)
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield operand
        case ast.Constant(bool() | int() as value):
            yield ast.Constant(not value if isinstance(value, bool) else value + 1)
        case ast.Call(ast.Name(name), args, keywords) if name in CALLS:
            yield ast.Call(ast.Name(CALLS[name], ast.Load()), args, keywords)
        case ast.IfExp(test, body, orelse) if not isinstance(test, ast.Compare):
            yield ast.IfExp(ast.UnaryOp(ast.Not(), test), body, orelse)
        case _:
            yield from _statement(node)


def _statement(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.If(ast.Compare(ops=[_]) | ast.UnaryOp(ast.Not())):
            return  # What is asked is changed already.
        case ast.If(test, body, orelse):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.Return(ast.Lambda()) | ast.Return(ast.Constant(None | False)):
            return  # Read at the import, or the same to whoever asks.
        case ast.Return(ast.expr()):
            yield ast.Return(ast.Constant(None))
        case ast.Raise() | ast.Expr(ast.Call()) | ast.AugAssign() | ast.Continue() | ast.Break():
            yield ast.Pass()
