"""Page results as lines of JSON, for processes that read pages which another process stores."""

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


def to_json(result: PageResult) -> str:
    """Return the result as one line of JSON."""
    return str(CONVERTER.dumps(result))


def from_json(line: str) -> PageResult:
    """Return the result that ``to_json`` wrote. Raises ValueError."""
    try:
        return CONVERTER.loads(line, PageResult)
    except Exception as error:  # cattrs groups its errors, json has its own
        raise ValueError(f"not a page result: {error}") from error
