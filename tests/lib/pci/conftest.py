"""Machines with and without Tesseract."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lib.pci import images


@pytest.fixture
def no_tesseract(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine has no Tesseract."""
    monkeypatch.setenv("PATH", "/nowhere")
    images.can_read_images.cache_clear()
    yield
    images.can_read_images.cache_clear()


@pytest.fixture
def tesseract(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """The machine has a program of that name, which does what it is told to."""

    def install(script: str) -> None:
        program = tmp_path / "tesseract"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    images.can_read_images.cache_clear()
    yield install
    images.can_read_images.cache_clear()
