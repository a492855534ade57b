"""The build's date: what decides what is overdue, stale and expired.

Owns the only reading of the wall clock in the whole project, so that two builds of one date agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from portalgen.problems import UsageError


def shifted(day: date, days: int) -> date:
    """So many days later, or earlier; the calendar's first or last day where it would leave the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def build_date(as_of: date | None, environment: Mapping[str, str], timezone: str) -> date:
    """`--as-of`, else `SOURCE_DATE_EPOCH`, else today in the settings' timezone.

    `SOURCE_DATE_EPOCH` is seconds since 1970 in UTC (reproducible-builds.org) and is read as the
    date in the settings' timezone. Raises `UsageError` where it is no such number.
    """
    if as_of is not None:
        return as_of
    zone = ZoneInfo(timezone)
    if epoch := environment.get("SOURCE_DATE_EPOCH", "").strip():
        try:
            return datetime.fromtimestamp(int(epoch), UTC).astimezone(zone).date()
        except (ValueError, OverflowError, OSError) as error:
            raise UsageError(
                f'SOURCE_DATE_EPOCH is "{epoch}"; write whole seconds since 1970, or unset it'
            ) from error
    return datetime.now(zone).date()
