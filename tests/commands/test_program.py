"""The name under which a command was started is the one that its messages have."""

from __future__ import annotations

import pytest

from portals import program
from portals.actions.sample import STEPS
from portals.program import named
from tests.support.project import PROJECT

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("'scrapy search' finds URLs", "'tin-cong-doan search' finds URLs"),
        ("Exit codes ('scrapy explain CODE' says more)", "('tin-cong-doan explain"),
        ("  scrapy <command> [options]", "  tin-cong-doan <command>"),
        ("`scrapy -h`", "`tin-cong-doan -h`"),
        ("python -m scrapy crawl", "python -m tin-cong-doan crawl"),
        ("Scrapy 2.19 and /bin/scrapy list", "Scrapy 2.19 and /bin/scrapy list"),
        ("http://x.vn/scrapy crawl", "http://x.vn/scrapy crawl"),
    ],
)
def test_messages_name_the_command_that_was_started(
    monkeypatch: pytest.MonkeyPatch, said: str, shown: str
) -> None:
    assert named(said) == said
    monkeypatch.setattr(program, "_started", ["scrapy"])
    program.started_as_installed()

    assert shown in named(said)


def test_the_sample_is_made_in_the_steps_of_make_demo() -> None:
    recipe = (PROJECT / "Makefile").read_text("utf-8")
    for step in STEPS:
        words = " ".join(word for word in step if "sample" not in word and word != "-s")
        assert f"$(SCRAPY) {words} " in recipe
