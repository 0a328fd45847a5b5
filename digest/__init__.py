"""Trending papers in your inbox: from a day's papers to one mail per reader."""

__version__ = "0.1.0"
