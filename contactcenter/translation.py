"""Collecting the words of Python, templates and JavaScript, and keeping the German ones in step.

Needs no gettext tools: Babel reads the sources and writes the catalogues.
"""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

LANGUAGE = "de"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
HEADER = "# `manage.py messages` collects what there is to translate and keeps this file in step."
LEFT_OUT = {"tests", "bench", "var", ".venv", "vendor", "migrations", "node_modules", "docs"}

# Babel's JavaScript lexer loses its way in nested template literals; our calls always hold their words literally.
TEXT = r"""\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')\s*"""
CALL = re.compile(rf"\b(n?p?gettext)\({TEXT}(?:,{TEXT})?(?:,{TEXT})?")
COUNTED = {"gettext": 1, "pgettext": 2, "ngettext": 2, "npgettext": 3}

Message = tuple[str, str | tuple[str, ...], str | None]


def sources(*endings: str) -> Iterator[Path]:
    """The project's own files with these endings, in a fixed order."""
    root = settings.BASE_DIR
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if path.suffix in endings and not LEFT_OUT.intersection(parts) and not any(p.startswith(".") for p in parts):
            yield path


def words_of(path: Path) -> Iterator[Message]:
    """Every message of one source file: where it stands, its words, its context."""
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(settings.BASE_DIR).as_posix()
    if path.suffix == ".js":
        yield from ((name, words, context) for words, context in words_of_script(text))
        return
    if path.suffix in {".html", ".txt", ".svg"}:
        text = templatize(text, origin=str(path))
    found = extract("python", io.BytesIO(text.encode()), KEYWORDS, options={"encoding": "utf-8"})
    for _line, words, _comments, context in found:
        yield name, words, context


def words_of_script(text: str) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Every message of a script: words (singular and plural where counted) and context."""
    for call in CALL.finditer(text):
        name = call.group(1)
        said = [_unquoted(part) for part in call.groups()[1 : 1 + COUNTED[name]] if part]
        if len(said) != COUNTED[name]:
            continue
        context = said.pop(0) if "p" in name.removesuffix("gettext") else None
        yield (said[0] if len(said) == 1 else tuple(said)), context


def _unquoted(literal: str) -> str:
    body = literal[1:-1].replace("\\'", "'") if literal[0] == "'" else literal[1:-1]
    return str(json.loads('"' + body.replace('\\"', '"').replace('"', '\\"') + '"'))


class Words(Catalog):
    """A catalogue whose head says what a reader needs and nothing that changes by itself."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The fields of the head."""
        return [
            ("Language", LANGUAGE),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", f"text/plain; charset={self.charset}"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def collected(domain: str) -> Catalog:
    """A catalogue of all messages of `django` (Python and templates) or `djangojs` (JavaScript)."""
    endings = (".js",) if domain == "djangojs" else (".py", ".html", ".txt", ".svg")
    catalog = Words(locale=LANGUAGE, charset="utf-8", header_comment=HEADER, fuzzy=False)
    for path in sources(*endings):
        for name, words, context in words_of(path):
            catalog.add(words, locations=[(name, 0)], context=context)
    return catalog


def catalogue_path(domain: str) -> Path:
    """Where the German words of a domain are kept."""
    return settings.BASE_DIR / "locale" / LANGUAGE / "LC_MESSAGES" / f"{domain}.po"


def kept(domain: str) -> Catalog:
    """The German words as they are kept now; empty before the first time."""
    path = catalogue_path(domain)
    if not path.exists():
        return Words(locale=LANGUAGE, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def brought_in_step(domain: str) -> Catalog:
    """The kept words with what is new in the sources added, and what is gone left out. Nothing is guessed."""
    catalog, before = collected(domain), kept(domain)
    for message in catalog:
        old = before.get(message.id, message.context) if message.id else None
        if old is not None and isinstance(old.id, tuple) == isinstance(message.id, tuple):
            message.string = old.string
    return catalog


def untranslated(catalog: Catalog) -> list[str]:
    """Messages without German words."""
    return [str(message.id) for message in catalog if message.id and not _has_words(message.string)]


def _has_words(string: object) -> bool:
    return all(string) if isinstance(string, (tuple, list)) else bool(string)


def write(domain: str, catalog: Catalog) -> None:
    """Words and their compiled form are on disk."""
    path = catalogue_path(domain)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=118, sort_output=True, include_lineno=False, omit_header=False)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalog)
