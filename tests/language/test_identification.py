"""The language of an article."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.language.identification import UNDETERMINED, language_of
from tests.language.vietnamese import UNHURRIED

pytestmark = pytest.mark.quick

TEXTS = {
    "Công đoàn cơ sở tổ chức hội nghị tổng kết phong trào thi đua": "vi",
    "Quyết định số 12/QĐ-UBND ngày 1/2/2024 V/v phê duyệt 12 45 78 90 11 22 33 44 55 66": "vi",
    "Cong doan co so trao qua cho cac doan vien cua cong ty duoc ho tro trong dip Tet": "vi",
    "The Confederation of Labour held a meeting with Đỗ Văn Mận in Hà Nội on Monday": "en",
    "Le président de la confédération a rencontré les travailleurs dans la province": "fr",
    "សហភាពការងារបានបើកកិច្ចប្រជុំ ថ្ងៃទី 12": "km",
    "越南劳动总联合会召开会议，主席致辞。": "zh",
    "ベトナム労働総連合が会議を開いた": "ja",
    "Конфедерация труда провела заседание в провинции": "ru",
    "Phung phĭt kông ang kơ klei bruă mă hrŏng ruah čar ƀuôn sang hlăm thŭn anei": UNDETERMINED,
    "Video": "vi",
    "": "vi",
}


@pytest.mark.parametrize(("text", "language"), TEXTS.items())
def test_the_text_tells_its_language(text: str, language: str) -> None:
    assert language_of(text) == language


@given(text=st.text(), name=st.sampled_from(["Đỗ Văn Mận", "hội nghị"]))
@UNHURRIED
def test_any_text_has_a_language(text: str, name: str) -> None:
    assert language_of(f"{text} {name}")
