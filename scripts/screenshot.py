"""Take the README's picture: the demo's digest on a desktop (800 px) and on a phone (375 px).

    python scripts/screenshot.py docs/images/digest.png

Needs Chromium (Debian: apt-get install chromium). Chromium makes no window narrower than 500 px,
so both widths are frames in one page.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path

HEIGHT = 1180
PAGE = """<!doctype html><style>
body {{ margin: 0; padding: 28px; display: flex; gap: 28px; background: #cfd3d6; }}
iframe {{ border: 0; height: {height}px; border-radius: 10px; }}
</style><iframe src="{mail}" width="800" scrolling="no"></iframe><iframe src="{mail}" width="375"
scrolling="no"></iframe>"""


def take(picture: Path) -> None:
    """Make the demo's mail and write its picture."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        sys.exit("chromium is not installed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        demo = [sys.executable, "-m", "digest", "demo", "--out", scratch]
        subprocess.run(demo, check=True, stdout=subprocess.DEVNULL)
        mail = next(folder.glob("*/*.html"))
        page = folder / "page.html"
        page.write_text(PAGE.format(mail=mail.as_uri(), height=HEIGHT), encoding="utf-8")
        picture.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [
                browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--hide-scrollbars", f"--user-data-dir={folder / 'profile'}",
                f"--window-size={800 + 375 + 3 * 28},{HEIGHT + 2 * 28}",
                f"--screenshot={picture.resolve()}", page.as_uri(),
            ],
            check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=120,
        )  # fmt: skip
    print(picture)


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=Path, nargs="?", default=Path("docs/images/digest.png"))
    take(parser.parse_args().picture)
