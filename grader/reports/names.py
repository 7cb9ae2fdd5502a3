"""Names of files for people's names."""

from __future__ import annotations

import hashlib
import re

MAX_CHARS = 48  # characters of up to 4 bytes: a file name holds 255 bytes
STUDENTS = "etudiants"  # the folder of the students' pages


def page_path(student: str) -> str:
    """Return where a student's page lies, from the class page on."""
    return f"{STUDENTS}/{slug(student)}.html"


def slug(name: str, otherwise: str = "copie") -> str:
    """Return a file name of plain characters. Two names that differ only in others are told apart by a digest."""
    plain = re.sub(r"[^\w.-]+", "_", name).strip("._")[:MAX_CHARS]
    if plain and plain == name:
        return plain
    return f"{plain or otherwise}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
