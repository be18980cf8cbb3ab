"""Tables on a terminal: what fits, what is under the rows, what is left out, and how it is said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portals.tables import as_age, drawn, facts, layout, style_of

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
REASON = "the portal's certificate could not be verified, and nothing was found in its listings"
ROW = {
    "portal": "haiphong", "verdict": "incomplete", "last_run": "7 min ago", "articles": "21",
    "rejects": "1", "old_reader": "0", "reason": REASON, "proxy": "",
}  # fmt: skip
NAMES = list(ROW)


def texts(width: int, *rows: dict[str, str]) -> list[str]:
    lines = drawn(layout(NAMES, rows, width), rows, ["articles", "rejects", "old_reader"], width)
    return ["".join(text for text, _ in line) for line in lines]


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
def test_no_line_is_longer_than_the_terminal_and_no_value_is_cut(width: int) -> None:
    lines = texts(width, ROW, {**ROW, "portal": "ldtd", "verdict": "ok", "reason": ""})

    assert all(len(line) <= width for line in lines), lines
    assert "…" not in "".join(lines)
    assert "haiphong  incomplete" in "\n".join(lines)
    assert " ".join(" ".join(lines).split()).count(REASON) == 1


def test_a_wide_terminal_has_every_column_with_a_value() -> None:
    found = layout(NAMES, [ROW], 200)

    assert list(found.columns) == NAMES[:-1]
    assert (found.under, found.left_out) == ((), ())


def test_the_long_text_goes_under_its_row_and_then_the_last_columns_go() -> None:
    found = layout(NAMES, [ROW], 44)

    assert list(found.columns) == ["portal", "verdict", "last_run", "articles"]
    assert found.under == ("reason",)
    assert found.left_out == ("rejects", "old_reader")


def test_the_first_column_stays_however_narrow_the_terminal() -> None:
    assert list(layout(NAMES, [ROW], 3).columns) == ["portal"]


def test_an_address_under_a_row_is_never_broken() -> None:
    url = f"https://congdoanhaiphong.vn/{'tin-' * 40}.html"
    rows = [{"id": "1", "url": url}]
    lines = drawn(layout(["id", "url"], rows, 60), rows, ["id"], 60)

    assert [("    " + url, "dim")] in lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-03-10T11:59:30+00:00", "now"),
        ("2026-03-10T11:53:00+00:00", "7 min ago"),
        ("2026-03-10T14:00:00+07:00", "5 h ago"),
        ("2026-03-08T11:00:00Z", "2 d ago"),
        ("2026-03-13T12:00:00+00:00", "in 3 d"),
        ("2025-06-01T00:00:00+07:00", "2025-06-01"),
        ("2026-09-01T00:00:00+07:00", "2026-09-01"),
        ("2025-06-01", "2025-06-01"),
        ("haiphong", "haiphong"),
        ("", ""),
    ],
)
def test_times_are_shown_as_ages(text: str, shown: str) -> None:
    assert as_age(text, NOW) == shown


def test_verdicts_have_colours_and_other_words_none() -> None:
    assert style_of("verdict", "ok") == "green"
    assert style_of("verdict", "crashed") == style_of("verdict", "incomplete") == "bold red"
    assert style_of("verdict", "drift") == style_of("overdue", "true") == "yellow"
    assert style_of("portal", "ok") == style_of("verdict", "") == style_of("overdue", "false") == ""


def test_values_of_a_list_of_facts_are_whole() -> None:
    rows = [{"field": "home_url", "value": "x" * 200}, {"field": "kind", "value": "press"}]

    assert ["".join(text for text, _ in line) for line in facts(rows)] == [
        "home url  " + "x" * 200, "kind      press",
    ]  # fmt: skip
