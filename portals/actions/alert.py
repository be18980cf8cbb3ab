"""What ``scrapy alert`` does."""

from __future__ import annotations

import argparse

from scrapy.exceptions import UsageError

from portals.commands.alert import Command
from portals.commands.output import print_rows
from portals.crawling.exit_codes import ALERTS_FAILED
from portals.errors import AlertError
from portals.operations.alerts import Message, send_message

_MESSAGE = Message(
    "Tin Công Đoàn: a test of the alerts",
    "This address will be sent what changes in the state of the portals.",
    "info",
)


class Action(Command):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if args or not opts.test:
            raise UsageError("give --test, and nothing else; see 'scrapy alert -h'")
        urls = self.config.getlist("ALERT_URLS")
        if not urls:
            raise AlertError("ALERT_URLS is empty; set it to URLs for Apprise in the environment")
        rows = [
            {"number": number, "address": f"{one.scheme}…", "result": one.failure or "taken"}
            for number, one in enumerate(send_message(urls, _MESSAGE), 1)
        ]
        print_rows(rows, as_json=opts.json)
        if any(row["result"] != "taken" for row in rows):
            self.exitcode = ALERTS_FAILED
