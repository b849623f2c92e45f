"""The law of the house: calls go down, no cycles, no hidden imports, no long files."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

from contactcenter.embedded import ROOT

ROOMS = ("contactcenter", "wrapup", "chats", "routing", "agents", "lib")
LONGEST = 400
NOT_OURS = ("/migrations/", "/vendor/", "/data/", "/var/", "/.venv/", "/node_modules/")


def ours(*suffixes: str) -> Iterator[Path]:
    """Every file under version control with such a suffix that we write by hand."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        if name.endswith(suffixes) and not any(part in f"/{name}" for part in NOT_OURS) and (ROOT / name).exists():
            yield ROOT / name


def test_the_floors_are_kept() -> None:
    lint = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run([sys.executable, "-c", lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_nothing_imports_in_circles() -> None:
    graph = grimp.build_graph(*ROOMS, exclude_type_checking_imports=True, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    # A package's own file gathers its modules; that they know the package by name is no circle.
    clear = {
        module: {other for other in known if not module.startswith(f"{other}.")} for module, known in imports.items()
    }
    while leaves := {module for module, known in clear.items() if not known}:
        clear = {module: known - leaves for module, known in clear.items() if module not in leaves}
    assert clear == {}


def hidden_imports(path: Path) -> list[int]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return [
        node.lineno
        for function in functions
        if not (path.name == "apps.py" and function.name == "ready")
        for node in ast.walk(function)
        if isinstance(node, (ast.Import, ast.ImportFrom))
    ]


def test_no_import_hides_in_a_function() -> None:
    assert {str(path): found for path in ours(".py") if (found := hidden_imports(path))} == {}


def test_no_file_is_longer_than_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in ours(".py", ".js", ".css", ".html")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert long == {}


@pytest.mark.parametrize("name", ["utils", "helpers", "misc", "common"])
def test_no_file_is_called_after_nothing(name: str) -> None:
    assert [path for path in ours(".py", ".js") if path.stem == name] == []
