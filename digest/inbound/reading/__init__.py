"""Reading a message that came in: bytes and an envelope become an `Explanation`; nothing is kept.

`explanation` asks the other modules one after the other. All of them take whatever bytes come.
"""
