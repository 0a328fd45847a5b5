"""The configuration of one installation: `load` reads it, `build` checks tables given directly."""

from digest.app.config.load import Config, build, default_path, load, read

__all__ = ["Config", "build", "default_path", "load", "read"]
