"""What a worker loads to compose issues."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[2]
PROGRAM = """
import sys
from support.builders import edition_of, issue, subscriber
from digest.delivery.builder import MessageBuilder
from digest.delivery.issues import IssueComposer
from subscribers.models import Preferences

def loaded():
    return [name for name in ("numpy", "scipy") if name in sys.modules]

composer = IssueComposer(edition_of(issue()))
composer.compose(subscriber())
print(loaded())
composer.compose(subscriber(preferences=Preferences(words_in=("agent",))))
print(loaded())
"""


def test_numpy_and_scipy_are_loaded_for_readers_with_own_words_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True, cwd=TESTS
    )

    assert done.stdout.splitlines() == ["[]", "['numpy', 'scipy']"]
