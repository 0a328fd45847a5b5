"""The words that an argument or option takes as texts, and looks up when the command runs."""

from __future__ import annotations

from digest.app.config.packs import all_packs
from digest.app.setup.answers import TIMERS
from digest.app.setup.fields import all_fields
from digest.app.setup.providers import FOLDER, OWN, PROVIDERS
from digest.ranking import rankers
from digest.storage.exported_tables import TABLES
from subscribers.models import FREQUENCIES, LANGUAGES, WEEK

_PACKS = tuple(pack.name for pack in all_packs())

#: By the command, and the argument or option; only what every installation has.
KNOWN: dict[tuple[str, str], tuple[str, ...]] = {
    ("backtest", "--ranker"): rankers.NAMES,
    ("export", "TABLE"): tuple(table.name for table in TABLES),
    ("setup", "--field"): tuple(all_fields()),
    ("setup", "--mail"): tuple(dict.fromkeys((*(it.name for it in PROVIDERS), OWN, FOLDER))),
    ("setup", "--timer"): TIMERS,
    ("subscribers set", "--day"): WEEK,
    ("subscribers set", "--frequency"): FREQUENCIES,
    ("subscribers set", "--language"): LANGUAGES,
    ("topics add-pack", "NAME"): _PACKS,
    ("topics packs", "NAME"): _PACKS,
}
