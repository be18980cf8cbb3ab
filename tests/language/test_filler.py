"""Texts that makers of themes leave in their templates."""

from __future__ import annotations

import pytest

from portals.language.filler import is_foreign_line, is_pseudo_latin


@pytest.mark.parametrize(
    "text",
    [
        "Lorem ipsum dolor sit amet, consectetur adipisicing elit. Voluptas, earum.",
        "Sed ut perspiciatis unde omnis iste natus error sit voluptatem accusantium doloremque.",
        "Table notification Lorem ipsum dolor sit amet, consectetur adipisicing elit. Tempore.",
    ],
)
def test_latin_of_any_generator_is_filler(text: str) -> None:
    assert is_pseudo_latin(text)


@pytest.mark.parametrize(
    "text",
    [
        "Canon, Panasonic, Foxconn, Luxshare, Goertek, Piaggio, Intel, Samsung",
        "Streptococcus pneumoniae, Staphylococcus aureus, Escherichia coli, Aedes aegypti",
        "The union and the employers of the district have signed an agreement on wages.",
        "Le syndicat et les entreprises du district ont signé un accord sur les salaires.",
        "Cong doan huyen to chuc hoi nghi tong ket cong tac nam va trien khai nhiem vu.",
        "Công đoàn huyện tổ chức hội nghị",
        "Aedes aegypti",
    ],
)
def test_names_and_other_languages_are_none(text: str) -> None:
    assert not is_pseudo_latin(text)


def test_a_line_without_a_vietnamese_word_is_foreign() -> None:
    assert is_foreign_line("Read the full story")
    assert not is_foreign_line("Đọc tiếp")
    assert not is_foreign_line("Samsung")
    assert not is_foreign_line("08:30 - 17:00")
