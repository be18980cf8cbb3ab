"""Settings as the code uses them, from what an operator writes."""

from __future__ import annotations

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings, default_settings

from portals.known_settings import parsed_values


def parse_settings(settings: BaseSettings) -> None:
    """Replace the values of ``settings`` by parsed ones: bytes, seconds, lists, booleans.

    Of Scrapy's other settings only those of the command line. Raises SettingError.
    """
    by_hand = SETTINGS_PRIORITIES["cmdline"]
    given = [name for name in settings if settings.getpriority(name) == by_hand]
    for name, value in list(parsed_values(settings, given, vars(default_settings))):
        settings.set(name, value, priority=settings.getpriority(name) or 0)
