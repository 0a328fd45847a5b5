"""The options of the whole command: they may stand before the verb or after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer import BadParameter
from typer.core import TyperCommand, TyperGroup, TyperOption

from subscribers.faults import describe

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIG = ("-c", "--config")
QUIET = ("-q", "--quiet")


class Root(TyperGroup):
    """The command `digest`, which finds its own options among those of its commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments, with the options of the whole command in front."""
        if args and args[-1] in CONFIG:
            ctx.fail(f"Option '{args[-1]}' requires an argument.")
        if not args or "--help" in args:
            hide_type_of_flags(self, ctx)
        return super().parse_args(ctx, in_front(args))

    def invoke(self, ctx: Any) -> Any:
        """Run a command; a value that it cannot use is answered in people's words."""
        try:
            return super().invoke(ctx)
        except BadParameter as error:
            cause: Any = error.__cause__
            if hasattr(cause, "errors"):  # pydantic's, which typer reads values with
                error.message = describe(cause.errors()[0], an_object="a table")
            raise


def hide_type_of_flags(command: TyperCommand | TyperGroup, ctx: Any) -> None:
    """Let the help show a flag by its name alone, not as `--json <bool>`, in all commands."""
    for param in command.get_params(ctx):
        if isinstance(param, TyperOption) and param.is_flag and param.metavar is None:
            param.metavar = ""
    if isinstance(command, TyperGroup):
        for inner in command.commands.values():
            if isinstance(inner, TyperCommand | TyperGroup):
                hide_type_of_flags(inner, ctx)


def in_front(arguments: Sequence[str]) -> list[str]:
    """Return arguments with the options of the whole command in front, each with its value."""
    own: list[str] = []
    others: list[str] = []
    left = iter(arguments)
    for argument in left:
        if argument == "--":
            return [*own, *others, argument, *left]
        if argument in CONFIG:
            own += [argument, *[value for value in [next(left, None)] if value is not None]]
        elif argument in QUIET or argument.startswith(("-c", "--config=")):
            own.append(argument)
        else:
            others.append(argument)
    return [*own, *others]
