"""Stories with several addresses and menus of dead entries, explored without a network."""

from __future__ import annotations

from portals.discovery.copies import StoryNames
from portals.discovery.explorer import Explorer
from portals.discovery.targets import CrawlTarget, FoundLink

HOME = "http://a.vn"


def crawl(explorer: Explorer, pages: dict[str, list[str] | str]) -> list[str]:
    """Return the paths asked for: of a list (its links), of a story (its text), or of nothing."""
    asked = ["/"]
    waiting: list[CrawlTarget] = []

    def links_of(paths: list[str]) -> list[FoundLink]:
        return [FoundLink(HOME + path, text_of(path)) for path in paths]

    home = pages["/"]
    assert isinstance(home, list)
    waiting += explorer.on_page(f"{HOME}/", "other", links_of(home)).targets
    while waiting:
        target = waiting.pop(0)
        path = target.url.removeprefix(HOME)
        asked.append(path)
        shown = pages.get(path)
        if shown is None:
            waiting += explorer.on_failure(target.url)
        elif isinstance(shown, str):
            waiting += explorer.on_page(target.url, "article", [], shown).targets
        else:
            waiting += explorer.on_page(target.url, "other", links_of(shown)).targets
    return asked


def text_of(path: str) -> str:
    is_story = "cong-doan-tham" in path
    return "Công đoàn thăm hỏi công nhân dịp Tết" if is_story else "Tin tức"


def story(section: str, number: int) -> str:
    return f"/{section}/cong-doan-tham-{number + 100}.html"


def test_a_section_that_shares_stories_loses_none_of_its_own() -> None:
    """Most of what it lists are copies: its pattern is no pattern of copies."""
    shared, own = range(12), range(20, 24)
    pages: dict[str, list[str] | str] = {"/": ["/thoi-su", "/phap-luat"]}
    pages["/thoi-su"] = [story("thoi-su", n) for n in shared]
    pages["/phap-luat"] = [story("phap-luat", n) for n in [*shared, *own]]
    for section in ("thoi-su", "phap-luat"):
        pages |= {story(section, n): f"text {n}" for n in [*shared, *own]}
    explorer = Explorer(f"{HOME}/")
    asked = crawl(explorer, pages)

    read = {str(pages[path]) for path in asked if isinstance(pages.get(path), str)}
    assert read == {f"text {n}" for n in [*shared, *own]}
    assert len(asked) <= 3 + len(read) + 4
    assert explorer.copies


def test_a_menu_of_dead_entries_hides_no_section() -> None:
    dead = [f"/muc-cu-{chr(97 + n)}" for n in range(20)]
    alive = ["/thoi-su", "/phap-luat"]
    pages: dict[str, list[str] | str] = {
        "/": [*dead, *alive, *(story(one.strip("/"), 1) for one in alive)]
    }
    for one in alive:
        numbers = [story(one.strip("/"), n) for n in range(1, 9)]
        pages[one] = list(numbers)
        pages |= {path: f"text {path}" for path in numbers}
    asked = crawl(Explorer(f"{HOME}/"), pages)

    assert set(alive) <= set(asked)
    assert len([path for path in asked if "cong-doan-tham" in path]) == 16


def test_a_name_belongs_to_the_first_address_that_is_asked_for() -> None:
    names = StoryNames()
    first, copy = (
        "http://a.vn/tin/cong-doan-tham-tet-12.html",
        "http://a.vn/in/cong-doan-tham-tet-12",
    )
    names.add(first)
    assert (names.knows(first), names.knows(copy)) == (False, True)
    assert names.knows("http://a.vn/print/12")
    names.discard(first)
    assert not names.knows(copy)


def test_copies_of_one_url_pattern_wait_for_two_that_prove_it() -> None:
    """Folders of four words and more are of one pattern."""
    sections = ("tin-hoat-dong-cong-doan", "tin-cua-cac-co-so")
    pages: dict[str, list[str] | str] = {"/": [f"/{section}/" for section in sections]}
    for section in sections:
        pages[f"/{section}/"] = [story(section, n) for n in range(20)]
        pages |= {story(section, n): f"text {n}" for n in range(20)}
    explorer = Explorer(f"{HOME}/")
    asked = crawl(explorer, pages)

    read = [str(pages[path]) for path in asked if isinstance(pages.get(path), str)]
    assert set(read) == {f"text {n}" for n in range(20)}
    assert len(read) <= 20 + 4


def test_stories_whose_addresses_end_alike_are_all_read() -> None:
    """The number of a story begins anew in each section."""
    pages: dict[str, list[str] | str] = {"/": ["/thoi-su/", "/van-hoa/"]}
    for section in ("thoi-su", "van-hoa"):
        pages[f"/{section}/"] = [story(section, n) for n in range(15)]
        pages |= {story(section, n): f"{section} {n}" for n in range(15)}
    asked = crawl(Explorer(f"{HOME}/"), pages)

    assert len({str(pages[path]) for path in asked if "tham-" in path}) == 30


def test_a_printed_story_with_another_byline_is_a_copy_by_its_title() -> None:
    pages: dict[str, list[str] | str] = {"/": ["/tin/"]}
    pages["/tin/"] = [path for n in range(15) for path in (story("tin", n), f"/in-bai/{n + 100}")]
    pages |= {story("tin", n): f"text {n}:title {n}" for n in range(15)}
    pages |= {f"/in-bai/{n + 100}": f"text {n}, printed:title {n}" for n in range(15)}
    explorer = Explorer(f"{HOME}/")
    asked = crawl(explorer, pages)

    assert len([path for path in asked if path.startswith("/in-bai")]) <= 4
    assert {path for path in asked if "tham-" in path} == {story("tin", n) for n in range(15)}


def test_an_index_of_lists_with_an_article_each_is_left_after_some_of_them() -> None:
    letters = [f"/chi-muc/{letter}" for letter in "abcdefghijklmnopq"]
    pages: dict[str, list[str] | str] = {"/": ["/tin/", *letters]}
    pages["/tin/"] = [story("tin", n) for n in range(len(letters))]
    pages |= {story("tin", n): f"text {n}" for n in range(len(letters))}
    pages |= {letter: [story("tin", n)] for n, letter in enumerate(letters)}
    asked = crawl(Explorer(f"{HOME}/"), pages)

    assert {path for path in asked if "tham-" in path} == {story("tin", n) for n in range(17)}
    assert len(set(letters).intersection(asked)) <= 10
