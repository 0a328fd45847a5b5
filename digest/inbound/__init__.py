"""Mail that comes in: commands of readers, bounces, complaints. `reading` understands a message."""
