"""How a page result becomes JSON and comes back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from cattrs.preconf.json import make_converter

from portals.crawling.page_result import PageResult

CONVERTER = make_converter()
CONVERTER.register_unstructure_hook(datetime, datetime.isoformat)
CONVERTER.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
CONVERTER.register_unstructure_hook(Path, str)
CONVERTER.register_structure_hook(Path, lambda text, _: Path(text))
CONVERTER.register_unstructure_hook(
    PageResult, make_dict_unstructure_fn(PageResult, CONVERTER, applied=override(omit=True))
)
CONVERTER.register_structure_hook(
    PageResult, make_dict_structure_fn(PageResult, CONVERTER, applied=override(omit=True))
)
