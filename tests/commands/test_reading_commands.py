"""Commands that read the database: lines for a pipe, JSON, and one line where they cannot."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from portals.actions import similar
from portals.store.database import Store
from tests.support.commands import scrapy
from tests.support.processes import Done
from tests.support.project import SAMPLE


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("x") / "a.db"
    scrapy("reextract", SAMPLE, "-s", f"DATABASE={path}")
    return path


def run(sample: Path, *words: str | Path) -> Done:
    return scrapy(*words, "-s", f"DATABASE={sample}")


def test_a_search_prints_lines_with_the_matches_in_brackets(sample: Path) -> None:
    done = run(sample, "search", "lien doan lao dong", "--limit", "3")
    head, *lines = [line.split("\t") for line in done.out.splitlines()]

    assert (done.code, done.err) == (0, "")
    assert head == ["id", "portal", "published", "title", "snippet", "url"]
    assert len(lines) == 3
    assert any("[Liên] [đoàn] [Lao] [động]" in line[4] for line in lines)


def test_a_search_prints_json(sample: Path) -> None:
    done = run(sample, "search", "Liên đoàn", "--json", "--portal", "ldtd")

    found = json.loads(done.out)
    assert found
    for one in found:
        assert one["portal"] == "ldtd"
        assert all(one["snippet"][start:end] for start, end in one["marks"])


def test_nothing_found_is_an_empty_list_and_exit_1(sample: Path) -> None:
    done = run(sample, "search", "xyzxyz", "--json")

    assert (done.code, done.out, done.err) == (1, "[]\n", "nothing found\n")


def test_a_search_for_no_word_says_so(sample: Path) -> None:
    done = run(sample, "search", "-doan")

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("nothing found: give a word to search for; ")


def test_the_index_is_checked_and_made_anew(sample: Path) -> None:
    assert run(sample, "search", "--check").out == "the search index is up to date\n"
    assert run(sample, "search", "--check", "--json").out == "[]\n"
    assert run(sample, "search", "--rebuild").out == "46 articles indexed\n"


def test_the_history_of_an_article_that_never_changed_says_so(sample: Path) -> None:
    lines = run(sample, "history", "11").out.splitlines()

    assert lines[2].endswith("+00:00  first text")
    assert lines[3:] == ["no change was seen since"]


def test_the_history_of_an_edited_article_shows_its_words(sample: Path) -> None:
    (edited,) = [
        row
        for row in json.loads("[" + ",".join(run(sample, "export").out.splitlines()) + "]")
        if row["revisions"] > 1
    ]
    done = run(sample, "history", edited["url"])
    found = json.loads(run(sample, "history", str(edited["id"]), "--json").out)

    assert done.code == 0, done.err
    assert "changed: text" in done.out
    assert "[-" in done.out
    assert "{+" in done.out
    assert found["steps"][0]["flags"] == []
    assert "text" in found["steps"][1]["flags"]


def test_an_article_is_shown_by_any_form_of_its_address(sample: Path) -> None:
    data = json.loads(run(sample, "show", "1", "--json").out)
    url = data["article"]["url"]
    pasted = f"www.{url.removeprefix('http://')}/?fbclid=x#y"
    shown = [run(sample, "show", given) for given in ("1", url, pasted)]

    assert {(done.code, done.out, done.err) for done in shown} == {(0, shown[0].out, "")}
    assert shown[0].out.splitlines()[0] == data["article"]["title"]
    assert "edited: 2 versions; 'scrapy history 1'" in shown[0].out
    assert all(len(line) <= 80 for line in shown[0].out.splitlines()[4:-1] if "://" not in line)


def test_an_article_that_is_not_there_is_one_line(sample: Path) -> None:
    done = run(sample, "show", "http://x.vn/")

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_similar_articles_are_printed(sample: Path) -> None:
    done = run(sample, "similar", "1", "--json")

    assert (done.code, done.out, done.err) == (0, "[]\n", "no article is similar to 1\n")
    assert run(sample, "similar", "--update").out == "0 articles compared\n"


def test_a_snapshot_is_a_database(sample: Path, tmp_path: Path) -> None:
    done = run(sample, "snapshot", tmp_path / "copy.db")

    assert done.out.startswith(f"{tmp_path / 'copy.db'}: ")
    assert run(tmp_path / "copy.db", "search", "tet").code == 0


@pytest.mark.parametrize(
    "words",
    [("search",), ("similar",), ("history",), ("snapshot",), ("similar", "99999"),
     ("history", "http://nowhere.vn/"), ("search", "x", "--since", "gestern")],
)  # fmt: skip
def test_what_cannot_be_used_is_told(sample: Path, words: tuple[str, ...]) -> None:
    done = run(sample, *words)

    assert done.code == 2
    assert "Traceback" not in done.err


@pytest.mark.parametrize("words", ["search x", "similar 1", "history 1", "export"])
def test_without_a_database_it_is_one_line(tmp_path: Path, words: str) -> None:
    done = run(tmp_path / "none.db", *words.split())

    assert (done.code, done.err.count("\n")) == (15, 1)


@pytest.mark.parametrize("words", [("search", "cong"), ("export",)], ids=" ".join)
def test_a_portal_that_is_no_text_is_an_unknown_one(sample: Path, words: tuple[str, ...]) -> None:
    done = run(sample, *words, "--portal", "h\udcff")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: nothing is known of a portal 'h\ufffd'; ")


def test_articles_that_wait_are_compared_by_the_command_that_is_printed(
    sample: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(similar, "queue_length", lambda _: 11)
    with closing(Store.open_to_read(sample)) as store:
        similar._show(store, "kho/bài viết.db", "1", as_json=False)

    assert capsys.readouterr().err.splitlines() == [
        "no article is similar to 1 so far",
        "11 articles are not compared yet; \"scrapy similar --update --db 'kho/bài viết.db'\""
        " compares them",
    ]
