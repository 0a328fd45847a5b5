"""When somebody wants their mail: how often, on which days, at which hour."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from digest.inbound.commands.phrases import IGNORED
from digest.inbound.commands.spelling import in_all_languages, plain, words_of
from digest.inbound.commands.timing_phrases import (
    BEFORE_DAYS,
    BEFORE_HOUR,
    BEHIND_HOUR,
    BETWEEN,
    DAY_PHRASES,
    FREQUENCY_PHRASES,
    HALVES,
    QUIET_MAIL,
    SITE_HOUR,
)
from subscribers.models import WEEK, WEEKDAYS
from subscribers.timing_words import DAY_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from subscribers.models import Day, Frequency, Preferences

    #: a pattern of phrases, and what each means
    _Meanings = tuple[re.Pattern[str], Mapping[str, Any]]

#: The most characters that are read.
LONGEST = 240
_HOURS, _HALF = 24, 12
#: A time zone as it is written in full; any other one is a city alone.
_ZONE = re.compile(r"(?<![\w/])[a-z][a-z0-9_+-]*(?:/[a-z0-9_+-]+)+(?![\w/])")
#: Where such a phrase begins or ends, no blank need be beside it: Chinese, Japanese, Korean.
_UNSPACED = re.compile("[\u1100-\u11ff\u3000-\u9fff]")


@dataclass(frozen=True, kw_only=True)
class Timing:
    """What somebody said of when their mail is to come; what they did not say stays."""

    frequency: Frequency | None = None
    days: tuple[Day, ...] = ()
    #: the hour of the day; None also where the site's own is wanted
    hour: int | None = None
    is_site_hour: bool = False
    timezone: str = ""
    quiet_mail: bool | None = None

    def applied(self, known: Preferences) -> Preferences:
        """Return the preferences with what was said.

        "daily" and "weekdays" mean all such days where none are named, as does "when there is
        something" after "weekly". Days alone replace those before; several are not "weekly".
        """
        changed: dict[str, Any] = {"days": self._days(known), "frequency": self._frequency(known)}
        if self.hour is not None or self.is_site_hour:
            changed["hour"] = self.hour
        if self.timezone:
            changed["timezone"] = self.timezone
        if self.quiet_mail is not None:
            changed["quiet_mail"] = self.quiet_mail
        return replace(known, **changed)

    def _days(self, known: Preferences) -> tuple[Day, ...]:
        means_all = self.frequency in ("daily", "weekdays") or (
            self.frequency == "enough" and known.frequency == "weekly"
        )
        return self.days or (WEEK if means_all else known.days)

    def _frequency(self, known: Preferences) -> Frequency:
        if self.frequency or not self.days or known.frequency == "enough":
            return self.frequency or known.frequency
        return known.frequency if known.frequency == "weekly" and len(self.days) == 1 else "daily"

    @property
    def command(self) -> str:
        """The same in English, which `read_timing` understands."""
        often = {None: "", "enough": "only when there is something"}
        days = " and ".join(DAY_NAMES[day] for day in self.days)
        quiet = {None: "", True: "two lines on quiet days", False: "nothing on quiet days"}
        pieces = (
            often.get(self.frequency, self.frequency or ""),
            f"on {days}" if days else "",
            "at the site hour" if self.is_site_hour else "",
            f"at {self.hour}" if self.hour is not None else "",
            self.timezone,
            quiet[self.quiet_mail],
        )
        return " ".join(filter(None, pieces))


def read_timing(text: str) -> Timing | None:
    """Return when a text says that mail is to come; None if it says anything else, or nothing."""
    if len(text) > LONGEST:
        return None
    rest = _Rest(plain(text).replace("\u2019", "'"))
    zones = [_zones().get(zone) for zone in rest.take(_ZONE)]
    found: dict[str, list[Any]] = {
        "quiet_mail": rest.take_of(_quiet()),
        "is_site_hour": rest.take_of(_site_hours()),
        "frequency": rest.take_of(_frequencies()),
        "days": rest.take_of(_days()),
        "hour": rest.take_hours(has_zone=bool(zones)),
    }
    words = [word for word in words_of(rest.text) if word not in _ignored()]
    if words and found["hour"]:
        zones.append(_zones().get(" ".join(words)))
        words = []
    if words or None in zones or None in found["hour"] or not _is_sound(found, zones):
        return None
    if not any((*zones, *found.values())) or (_is_days_alone(found, zones) and not rest.has_on):
        return None
    named = found.pop("days")
    days = tuple(day for day in WEEK if day in named)
    single = {name: values[0] for name, values in found.items() if values}
    return Timing(**single, days=days, timezone=zones[0] if zones and zones[0] else "")


def _is_sound(found: Mapping[str, list[Any]], zones: list[str | None]) -> bool:
    """Whether what was said can be meant together."""
    once = all(len(values) <= 1 for name, values in found.items() if name != "days")
    hours = len(found["hour"]) + len(found["is_site_hour"])
    at_weekend = bool(found["days"]) and set(found["days"]).isdisjoint(WEEKDAYS)
    is_never = found["frequency"] == ["weekdays"] and at_weekend
    return once and hours <= 1 and len(zones) <= 1 and not is_never


def _is_days_alone(found: Mapping[str, list[Any]], zones: list[str | None]) -> bool:
    return not zones and not any(values for name, values in found.items() if name != "days")


class _Rest:
    """What is left of a text, while what is understood is taken out."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.has_on = not _before_days().isdisjoint(words_of(text)) or text[:1] == plain("每")

    def take(self, pattern: re.Pattern[str]) -> list[str]:
        found = [match[0] for match in pattern.finditer(self.text)]
        self.text = pattern.sub(" ", self.text)
        return found

    def take_of(self, meanings: _Meanings) -> list[Any]:
        pattern, by_phrase = meanings
        return [by_phrase[" ".join(phrase.split())] for phrase in self.take(pattern)]

    def take_hours(self, *, has_zone: bool) -> list[int | None]:
        """Take what is an hour; None stands for one that there is not."""
        hours: list[int | None] = []

        def taken(match: re.Match[str]) -> str:
            if not (has_zone or any(match[name] for name in ("before", "behind", "half", "full"))):
                return match[0]
            hours.append(_hour(match))
            return " "

        self.text = _hour_pattern().sub(taken, self.text)
        return hours


def _hour(match: re.Match[str]) -> int | None:
    hour, half = int(match["hour"]), HALVES.get(match["half"] or "")
    if half is None:
        return hour if hour < _HOURS else None
    return hour % _HALF + half if 1 <= hour <= _HALF else None


# -- the tables, as they are looked up -----------------------------------------------------------


@cache
def _hour_pattern() -> re.Pattern[str]:
    before = _either(map(_whole, _longest_first(map(plain, BEFORE_HOUR.split("|")))))
    behind = _either(map(re.escape, _longest_first(map(plain, BEHIND_HOUR.split("|")))))
    halves = _either(map(re.escape, _longest_first(HALVES)))
    return re.compile(
        rf"(?:(?<!\w)(?P<before>{before})\s*)?(?<![\w:.])(?P<hour>\d{{1,2}})(?P<full>[:.h]00)?"
        rf"\s*(?:(?P<half>{halves})(?!\w))?(?:(?P<behind>{behind})(?![a-z]))?(?![a-z0-9:])"
    )


@cache
def _zones() -> Mapping[str, str]:
    """Return the time zones by their names, and by their cities where only one has it."""
    names = {name for name in available_timezones() if "/" in name and name[:4] != "Etc/"}
    cities: dict[str, list[str]] = {}
    for name in sorted(names):
        cities.setdefault(name.rpartition("/")[2], []).append(name)
    found = {city: of for city, (of, *others) in cities.items() if not others}
    found |= {name: name for name in names} | {"UTC": "UTC", "GMT": "UTC"}
    spaced = {name.replace("_", " "): of for name, of in found.items()}
    return {plain(name): of for name, of in (spaced | found).items()}


@cache
def _frequencies() -> _Meanings:
    return _meanings(FREQUENCY_PHRASES)


@cache
def _site_hours() -> _Meanings:
    return _meanings({True: SITE_HOUR})


@cache
def _quiet() -> _Meanings:
    return _meanings(QUIET_MAIL)


@cache
def _days() -> _Meanings:
    """Return the days; a Latin name may have an s behind it, such as Mondays."""
    days = {
        form: day
        for names in DAY_PHRASES.values()
        for day, forms in zip(WEEK, names.split(), strict=True)
        for form in forms.split("/")
    }
    plurals = {f"{form}s": day for form, day in days.items() if plain(form).isascii()}
    return _by_phrase(plurals | days)


def _meanings(table: Mapping[Any, Mapping[str, str]]) -> _Meanings:
    """Return a table of phrases by language; each is known by its meaning."""
    return _by_phrase(
        {
            phrase: meaning
            for meaning, languages in table.items()
            for phrases in languages.values()
            for phrase in phrases.split("|")
        }
    )


def _by_phrase(meanings: Mapping[str, Any]) -> _Meanings:
    by_phrase = {plain(phrase): meaning for phrase, meaning in meanings.items()}
    return re.compile(_either(map(_whole, _longest_first(by_phrase)))), by_phrase


def _longest_first(phrases: Iterable[str]) -> list[str]:
    return sorted(phrases, key=len, reverse=True)


def _either(patterns: Iterable[str]) -> str:
    return "|".join(patterns)


def _whole(phrase: str) -> str:
    left, right = (
        "" if _UNSPACED.match(letter) else bound
        for letter, bound in ((phrase[0], r"(?<!\w)"), (phrase[-1], r"(?!\w)"))
    )
    return left + re.escape(phrase).replace(r"\ ", r"\s+") + right


@cache
def _before_days() -> frozenset[str]:
    return in_all_languages({"": BEFORE_DAYS})


@cache
def _ignored() -> frozenset[str]:
    return in_all_languages({**IGNORED, "days": BEFORE_DAYS, "between": BETWEEN})
