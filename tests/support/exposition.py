"""A strict reader of Prometheus' text format (0.0.4), by its specification."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)')
_TYPES = {"counter", "gauge", "histogram", "summary", "untyped"}
_SIGNS = {r"\\": "\\", r"\"": '"', r"\n": "\n"}

Labels = frozenset[tuple[str, str]]


@dataclass(slots=True)
class MetricFamily:
    """One metric: its HELP, its TYPE, and the value of each set of labels."""

    help: str
    type: str = ""
    samples: dict[Labels, float] = field(default_factory=dict)


def read_exposition(text: str) -> dict[str, MetricFamily]:
    """Return the metrics by name. Raises AssertionError where the text is not as specified.

    Every metric has HELP, then TYPE, then samples in one block; no sample is there twice.
    """
    assert text.endswith("\n"), "the last line ends with a line feed"
    found: dict[str, MetricFamily] = {}
    current = ""
    for line in text.removesuffix("\n").split("\n"):
        if line.startswith("# HELP "):
            current, _, words = line.removeprefix("# HELP ").partition(" ")
            assert _NAME.fullmatch(current), line
            assert current not in found, f"{current} is there twice"
            assert not re.search(r"\\(?![\\n])", words), line
            found[current] = MetricFamily(words)
        elif line.startswith("# TYPE "):
            name, _, kind = line.removeprefix("# TYPE ").partition(" ")
            assert name == current, line
            assert kind in _TYPES, line
            assert not found[name].type, line
            assert not found[name].samples, line
            found[name].type = kind
        else:
            name, labels, value = _sample(line)
            assert name == current, line
            assert found[name].type, line
            assert labels not in found[name].samples, f"{line} is there twice"
            found[name].samples[labels] = value
    return found


def _sample(line: str) -> tuple[str, Labels, float]:
    matched = re.fullmatch(r"([a-zA-Z0-9_:]+)(?:\{(.*)\})? (\S+)", line)
    assert matched, line
    name, inside, value = matched.groups()
    assert _NAME.fullmatch(name), line
    labels: list[tuple[str, str]] = []
    rest = inside or ""
    while rest:
        one = _LABEL.match(rest)
        assert one, line
        plain = re.sub(r"\\[\\\"n]", lambda sign: _SIGNS[sign[0]], one[2])
        labels.append((one[1], plain))
        rest = rest[one.end() :]
    assert len(dict(labels)) == len(labels), line
    return name, frozenset(labels), float(value)
