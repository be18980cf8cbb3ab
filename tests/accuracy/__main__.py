"""``python -m tests.accuracy``: print the scores; ``--raise`` lifts the floors to them.

A floor is never lowered by this command. To lower one, edit ``floors.json`` and say why in the
commit.
"""

from __future__ import annotations

import json
import sys

from tests.accuracy.scoring import FLOORS, floors, scores


def main() -> int:
    """Print a table, and raise the floors where asked."""
    found = scores()
    committed = floors() if FLOORS.exists() else {}
    names = list(next(iter(found.values())))
    print("\t".join(["", *names]))
    for portal, values in found.items():
        print("\t".join([portal, *(f"{values[name]:.3f}" for name in names)]))
    below = [
        f"{portal} {name}"
        for portal, values in found.items()
        for name, value in values.items()
        if value < committed.get(portal, {}).get(name, 0.0)
    ]
    for line in below:
        print(f"below its floor: {line}", file=sys.stderr)
    if "--raise" in sys.argv:
        for portal, values in found.items():
            row = committed.setdefault(portal, {})
            row.update({name: max(value, row.get(name, 0.0)) for name, value in values.items()})
        FLOORS.write_text(json.dumps(committed, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
