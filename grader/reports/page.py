"""A page from its template: one file that loads nothing, under a policy that allows its own style and script only."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from grader.domain import Lang

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")


def render(
    template: str,
    lang: Lang,
    *,
    styles: tuple[str, ...] = ("style.css",),
    script: str = "",
    more_words: Mapping[str, str] | None = None,
    **values: object,
) -> str:
    """Return a page. `styles` and `script` name files beside the templates. Everything in `values` is escaped."""
    from markupsafe import Markup

    from grader.reports.words import words

    style = "\n".join((TEMPLATES / name).read_text(encoding="utf-8") for name in styles)
    code = (TEMPLATES / script).read_text(encoding="utf-8") if script else ""
    allowed = f"'{_hash(code)}'" if code else "'none'"
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src {allowed}; img-src data:; base-uri 'none'; form-action 'none'"
    spoken = {**dict(words(lang)), **(more_words or {})}
    made = _environment().get_template(template)
    return made.render(lang=lang, w=spoken, style=Markup(style), script=Markup(code), policy=policy, **values)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
