"""SQL that is compiled once for all databases of a process, and not for each test's own.

SQLAlchemy keeps what it compiled for each engine, under a key that begins with the engine's own
dialect. Tests open a database each, and would spend a third of their time on compiling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import sqlalchemy as sa


class Compilations(dict[tuple[Any, ...], Any]):
    """Compiled statements, by the kind of database instead of the dialect of one engine."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        """Return what was compiled for any engine of this kind."""
        return super().get(_shared(key), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        """Keep it for all engines of this kind."""
        super().__setitem__(_shared(key), compiled)


def _shared(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *statement = key
    return type(dialect), dialect.server_version_info, *statement


def sharing(create_engine: Callable[..., sa.Engine]) -> Callable[..., sa.Engine]:
    """Wrap `create_engine`, so that all its engines share what they compile."""
    compilations = Compilations()

    def create(*args: Any, **details: Any) -> sa.Engine:
        engine = create_engine(*args, **details)
        engine.update_execution_options(compiled_cache=compilations)
        return engine

    return create
