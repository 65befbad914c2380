"""Tests draw without a display."""

import os

import pytest

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"


def pytest_addoption(parser: pytest.Parser) -> None:
    """A flag that accepts the pictures as they are drawn now."""
    parser.addoption("--update-golden", action="store_true", help="write the golden pictures anew")
