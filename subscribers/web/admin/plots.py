"""Plots as SVG, from numbers alone: columns by day, bars in a table, and a strip of days.

They have no texts but those for screen readers and pointers: what stands beside a plot is HTML,
which stays legible at any width. Colours are classes of the style sheet, `p-` and the name of a
series, so that they suit light and dark.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: The units of a plot's height, and of the width of a column.
_HEIGHT, _STEP = 100.0, 10.0
#: The numbers at which an axis ends, times a power of ten.
_ROUND = (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10)
#: The height of a day in a strip by how well it went, in parts: trouble stands out.
_LEVELS = {"ok": 0.35, "empty": 0.15, "early": 0.6, "stale": 0.8, "partial": 0.8, "failed": 1.0}


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a plot: its label, and the numbers that are stacked in it, by series."""

    label: str
    numbers: Mapping[str, float]

    @property
    def total(self) -> float:
        """Its height."""
        return sum(self.numbers.values())


def ceiling(number: float) -> float:
    """Return the next round number of at most two digits before zeros; 1 for nothing."""
    if number <= 0:
        return 1
    power = 10.0 ** math.floor(math.log10(number))
    # A hair less, since 0.3 / 0.1 is more than 3.
    return next(step * power for step in _ROUND if step * power >= number * (1 - 1e-9))


def columns(
    name: str, title: str, description: str, shown: Sequence[Column], series: Sequence[str]
) -> str:
    """Return a plot of stacked columns, as wide as there is room; `name` is unique on the page."""
    width = max(len(shown), 1) * _STEP
    svg = _svg(name, title, description, width=width)
    top = ceiling(max((one.total for one in shown), default=0))
    gap = 1.0 if len(shown) <= 60 else 0.0
    for position, one in enumerate(shown):
        group = ET.SubElement(svg, "g")
        said = ", ".join(
            f"{_number(one.numbers[key])} {key}" for key in series if one.numbers.get(key)
        )
        ET.SubElement(group, "title").text = f"{one.label}: {said or 'none'}"
        # The whole height, so that a pointer finds a column that is low.
        _rect(group, "p-none", position * _STEP, 0, _STEP, _HEIGHT)
        base = _HEIGHT
        for key in series:
            height = one.numbers.get(key, 0) / top * _HEIGHT
            if height > 0:
                base -= height
                _rect(group, f"p-{key}", position * _STEP + gap / 2, base, _STEP - gap, height)
    return _text(svg)


def bar(numbers: Mapping[str, float], series: Sequence[str], *, most: float) -> str:
    """Return a bar of stacked parts for a cell of a table, whose longest bar is of `most`."""
    svg = ET.Element("svg", {"viewBox": "0 0 100 10", "preserveAspectRatio": "none"})
    svg.attrib |= {"class": "bar", "aria-hidden": "true", "focusable": "false"}
    left = 0.0
    for key in series:
        width = numbers.get(key, 0) / most * 100 if most else 0
        if width > 0:
            _rect(svg, f"p-{key}", left, 0, width, 10)
            left += width
    return _text(svg)


def strip(name: str, title: str, days: Sequence[tuple[str, str]]) -> str:
    """Return a strip of days, each with its label and its state; an empty state leaves a gap."""
    svg = _svg(name, title, "", width=max(len(days), 1) * _STEP)
    svg.set("class", "strip")
    for position, (label, state) in enumerate(days):
        group = ET.SubElement(svg, "g")
        ET.SubElement(group, "title").text = f"{label}: {state or 'not read'}"
        _rect(group, "p-none", position * _STEP, 0, _STEP, _HEIGHT)
        if state:
            height = _LEVELS.get(state, 1.0) * _HEIGHT
            left = position * _STEP + 1
            _rect(group, f"p-{state}", left, _HEIGHT - height, _STEP - 2, height)
    return _text(svg)


def _svg(name: str, title: str, description: str, *, width: float) -> ET.Element:
    svg = ET.Element("svg", {"viewBox": f"0 0 {width:g} {_HEIGHT:g}", "role": "img"})
    svg.attrib |= {"preserveAspectRatio": "none", "class": "plot"}
    ET.SubElement(svg, "title", {"id": f"{name}-title"}).text = title
    labels = f"{name}-title"
    if description:
        ET.SubElement(svg, "desc", {"id": f"{name}-desc"}).text = description
        labels += f" {name}-desc"
    svg.set("aria-labelledby", labels)
    return svg


def _rect(parent: ET.Element, key: str, x: float, y: float, width: float, height: float) -> None:
    place = {"x": x, "y": y, "width": width, "height": height}
    ET.SubElement(
        parent, "rect", {"class": key, **{it: f"{round(of, 2):g}" for it, of in place.items()}}
    )


def _number(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:,.1f}"


def _text(svg: ET.Element) -> str:
    return ET.tostring(svg, encoding="unicode", short_empty_elements=True)
