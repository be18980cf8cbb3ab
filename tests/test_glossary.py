"""One thing, one name: identifiers that were given up for the field's words do not come back."""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path

import pytest

from tests.support.project import PROJECT

OLD_IDENTIFIERS = """
Unit current_unit RunRecorder Fence OutsideFenceError FenceMiddleware led_away Manners
CookieStubMiddleware cookie_stub unusual Nets by_second_net Teacher LESSON taught_by partings
stands_at_listing Structured Claim own_blocks _goes_on page_time PageTooSlow deliver meta_of
other_homes failed_listing failed_article failed_visit failed_index failed_capture note_known
Waiting Leased twins Memory truthful walked_at begin_walk end_walk finish_walks is_walked ListRead
Explored TryAgain Place known_run Shape shape_of LearntShape Traps trap_of LeftAlone is_left_alone
Seen barren fertile wasted Earlier Written _Shelf IndexLine IndexPage captured_address
playback_address CapturedAddress _Saving _holder _twin _meet _mend_revision _let_compare counting
harmless readable Wanted Choice Wish ListPage Queue Replay NotArchived UndecodableText
UnreadableDate UnreadablePage UnreadableIndex SeenTwice learnt_shapes keep_shapes learnt_theme
keep_theme keep_left_alone articles_met address_key at_home section_of place_of learnt_at
ReplayOff _NOTHING AnyDanawebSpider AnyMasterCmsSpider AnyNukeVietSpider AnyWordPressSpider
FamilySpider ArchivedPortalSpider
""".split()
"""Names of the code before 0.2, as whole identifiers."""

OLD_TABLES = (
    "list_pages sections shapes learnt_themes left_alone uncompared bands readings explored visits"
).split()
"""Tables before schema version 7; everyday words, so that only their use in SQL counts."""

HISTORY = {
    "portals/store/migrations.py",
    "portals/store/migrations_1_to_3.py",
    "portals/store/migrations_4_to_6.py",
    "portals/store/migrations_7_to_12.py",
    "portals/store/columns.py",
    "portals/store/schema.py",
    "tests/test_glossary.py",
}
"""Files that tell of old databases: their steps are never changed."""

OLD_DATABASES = {"tests/crawling/test_kills.py", "tests/store/test_migrations.py"}
"""Tests that kill earlier migrations by their statements."""

RIDDLES = (
    r"mend(?:s|ed|ing)?\b", r"\bbooks\b", r"\bledgers?\b", r"(?<![|.\w])nets?\b(?![.|)])",
    r"\btwins?\b",
    r"\bleft alone\b", r"\bleaves? alone\b", r"\bTell whether\b", r"\btold (?:of|in|by|once)\b",
    r"\bsecond nets?\b", r"\bgiven up\b",
)  # fmt: skip
"""Words of our own where the field has words, in docstrings, comments and messages."""

RIDDLES_OF_THE_LIBRARY = (
    r"\b[Tt]ells?\b", r"\btold\b", r"\bwalk(?:s|ed|ing)?\b", r"\bstands?\b", r"\bstood\b",
    r"\bmet\b", r"\bshapes?\b", r"\bholes?\b", r"\bbrought\b", r"\blist pages?\b",
    r"\basked for\b", r"\ba night\b", r"\bnobody\b", r"\bgoes on\b", r"\bTake in\b",
)  # fmt: skip
"""More of them; everyday words, which are banned only where the code has none of them left."""

LIBRARY = (
    "portals/language/", "portals/extraction/", "portals/families/", "portals/discovery/",
    "portals/archive/", "portals/reporting/", "portals/store/", "benchmarks/",
)  # fmt: skip
"""Folders that satisfy the longer list too."""

SOURCES = sorted(
    path
    for folder in ("portals", "spiders", "pipelines", "benchmarks")
    for path in (PROJECT / folder).rglob("*.py")
)
TESTS = sorted((PROJECT / "tests").rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def tokens(path: Path) -> list[tokenize.TokenInfo]:
    return list(tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline))


@pytest.mark.parametrize("path", [*SOURCES, *TESTS], ids=relative)
def test_no_identifier_has_its_old_name(path: Path) -> None:
    if relative(path) in HISTORY:
        return
    old = set(OLD_IDENTIFIERS)
    found = [
        f"{relative(path)}:{token.start[0]}: {token.string}"
        for token in tokens(path)
        if token.type == tokenize.NAME and token.string in old
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", [*SOURCES, *TESTS], ids=relative)
def test_no_statement_names_an_old_table(path: Path) -> None:
    if relative(path) in HISTORY | OLD_DATABASES:
        return
    pattern = re.compile(rf"\b(?:FROM|INTO|UPDATE|JOIN|TABLE) (?:{'|'.join(OLD_TABLES)})\b")
    found = [
        f"{relative(path)}:{number}: {line.strip()}"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if pattern.search(line)
    ]

    assert not found, "\n".join(found)


def prose_with(words: tuple[str, ...], path: Path) -> list[str]:
    """Return where the patterns ``words`` match comments and strings; nothing in ``HISTORY``."""
    pattern = re.compile("|".join(words))
    return [
        f"{relative(path)}:{token.start[0]}: {match[0]!r}"
        for token in tokens(path)
        if token.type in (tokenize.COMMENT, tokenize.STRING)
        and relative(path) not in HISTORY
        and (match := pattern.search(token.string))
    ]


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_prose_uses_the_field_s_words(path: Path) -> None:
    found = prose_with(RIDDLES, path)

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if relative(path).startswith(LIBRARY)], ids=relative
)
def test_the_library_uses_no_everyday_word_for_a_term(path: Path) -> None:
    found = prose_with(RIDDLES_OF_THE_LIBRARY, path)

    assert not found, "\n".join(found)
