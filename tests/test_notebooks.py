from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.notebooks import ROOT, cells, notebook, rendered, scripts

SCRIPTS = list(scripts())


def name(script: Path) -> str:
    return str(script.relative_to(ROOT))


def test_there_are_stubs_and_solutions() -> None:
    assert {s.parts[len(ROOT.parts)] for s in SCRIPTS} == {"assignments", "reference"}


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_notebook_is_in_step_with_its_script(script: Path) -> None:
    beside = script.with_suffix(".ipynb")
    assert beside.read_text(encoding="utf-8") == rendered(script), "run `python -m tests.tools.notebooks`"


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_notebook_has_the_form_that_nbformat_asks(script: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    nbformat.validate(nbformat.from_dict(notebook(script.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_first_code_cell_holds_the_answers(script: Path) -> None:
    first = next(cell for cell in cells(script.read_text(encoding="utf-8")) if not cell.markdown)
    assert first.source.startswith("REPONSES = {") or "REPONSES" not in script.read_text(encoding="utf-8")


def test_markdown_loses_its_comment_signs_and_code_keeps_them() -> None:
    text, code = cells("# %% [markdown]\n# # Titre\n#\n# Texte\n\n# %%\n# un commentaire\nx = 1\n")
    assert (text.markdown, text.source) == (True, "# Titre\n\nTexte")
    assert (code.markdown, code.source) == (False, "# un commentaire\nx = 1")


@pytest.mark.parametrize("script", ["x = 1\n# %%\n", "# %% [markdown]\n# texte\nx = 1\n"])
def test_a_line_in_no_code_cell_is_refused(script: str) -> None:
    with pytest.raises(ValueError, match="line"):
        cells(script)
