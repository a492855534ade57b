"""What is wrong with the house's folder, from all floors that look at it."""

from __future__ import annotations

from functools import lru_cache

from portalgen.load.brand import STYLE, TEMPLATES, contrast_of
from portalgen.problems import Problem
from portalgen.render.assets import own_tokens
from portalgen.render.house import faults
from portalgen.settings import House


@lru_cache(maxsize=8)
def house_problems(house: House) -> tuple[Problem, ...]:
    """Warnings of colours, logo and templates; errors of templates that can't be read."""
    return (*house.problems, *contrast_of(house, own_tokens()), *faults(house))


def house_texts(house: House) -> dict[str, str]:
    """The house's files by path, for excerpts."""
    found = {f"{house.folder}/{TEMPLATES}/{name}": text for name, text in house.templates}
    return {f"{house.folder}/{STYLE}": house.css, **found} if house.folder else {}
