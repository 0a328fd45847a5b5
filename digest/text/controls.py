"""Control characters, which text from outside may hold: on a terminal they are commands.

They move the cursor, set the window's title or hide what was printed (ECMA-48). Characters that
turn the writing direction (Unicode TR 36, 3.3) show a text as another one.
"""

from __future__ import annotations

import re

#: C0 and C1 but tab and the ends of lines, and what sets the writing direction
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)")


def without_controls(text: str) -> str:
    """Return a text that may be printed: "�" stands for each control character.

    Tabs and the ends of lines stay.
    """
    return _CONTROL.sub("�", text)
