"""Alembic's environment: it migrates on the connection that `engine.open_database` passes."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
