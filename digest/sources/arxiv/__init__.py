"""sources/arxiv."""
