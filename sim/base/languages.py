"""The languages: English, in which every sentence is written, and one for each file in assets/locale/.

Such a file is called by the code of its language. Its table [language] stands first and tells what is special about
the language; [words] holds the sentences, by the English ones.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Any

from .resources import asset

ENGLISH = "en"
CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
"""How languages are written in names of files and in scenes: after BCP 47."""

TRANSLATIONS = tuple(
    sorted(path.stem for path in asset("locale").glob("*.toml") if CODE.fullmatch(path.stem) and path.stem != ENGLISH)
)
"""The codes of all languages but English: those of the files. What they hold is read when it is needed."""
LANGUAGES = (ENGLISH, *TRANSLATIONS)
"""The codes of all languages, in the order in which one goes through them."""

WORDS = "[words]"
LONGEST_NAME = 24
"""Characters of a language's name: it stands on a button."""


THOUSANDS = {"comma": ",", "point": ".", "space": "\u00a0"}
"""What may stand between the thousands of a number, by its name in a language's file; a space does not break."""
FEWEST_DIGITS = 5
"""Digits from which a whole number's thousands are set apart: with four it is as in names, such as B = 1000."""
GROUPED = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])")


class LanguageError(ValueError):
    """A language's file that cannot be used; the message is one sentence for the user."""


@dataclass(frozen=True, slots=True)
class Language:
    """What is special about a language, but for its words."""

    name: str
    """What its speakers call it."""
    font: str | None = None
    """The family of type in which it can be written, where the usual ones cannot; for instance NotoSansKR."""
    thousands: str = "comma"
    """What stands between the thousands of a number, one of THOUSANDS."""


def following(code: str) -> str:
    """The language after that one, round and round."""
    return LANGUAGES[(LANGUAGES.index(code) + 1) % len(LANGUAGES)]


@cache
def language(code: str) -> Language:
    """What is special about the language.

    Raises:
        LanguageError: its file cannot be read, or tells it wrongly.
    """
    if code == ENGLISH:
        return Language("English")
    head, _, _ = _text(code).partition(f"\n{WORDS}")  # To read all of the sentences would take longer.
    table = _table(code, head, "language")
    for key, value in table.items():
        if key not in ("name", "font", "thousands"):
            raise mistake(code, f"language.{key} is not known here; there are name, font and thousands")
        if key == "thousands" and value not in THOUSANDS:
            raise mistake(code, f"language.thousands must be one of {', '.join(THOUSANDS)}, not {value!r}")
        if not (isinstance(value, str) and value.isprintable() and 0 < len(value.strip()) <= LONGEST_NAME):
            raise mistake(code, f"language.{key} must be a text of 1 to {LONGEST_NAME} characters, not {value!r}")
    if "name" not in table:
        raise mistake(code, "language.name is missing: what its speakers call the language")
    return Language(**table)


def language_or_code(code: str) -> Language:
    """A language by its code; where its file is wrong, one named by its code: to choose it will say what is wrong."""
    try:
        return language(code)
    except LanguageError:
        return Language(code)


def grouped(code: str, text: str) -> str:
    """A text whose numbers have commas between thousands, with what the language has there."""
    between = THOUSANDS[language_or_code(code).thousands]

    def written(number: re.Match[str]) -> str:
        few = len(number[0].replace(",", "")) < FEWEST_DIGITS
        return number[0].replace(",", "" if few else between)

    return GROUPED.sub(written, text)


@cache
def words(code: str) -> Mapping[str, str]:
    """The sentences of a language by the English ones; none for English itself.

    Raises:
        LanguageError: its file cannot be read, or a sentence is none, or has other blanks than the English one.
    """
    if code == ENGLISH:
        return {}
    table = _table(code, _text(code), "words")
    for sentence, translation in table.items():
        if not isinstance(translation, str):
            raise mistake(code, f'words."{sentence}" must be a text, not {translation!r}')
        if _blanks(sentence) != _blanks(translation):
            raise mistake(code, f'words."{sentence}" must have the same {{blanks}} as the English sentence')
    return table


def everywhere(sentence: str) -> tuple[tuple[str, str], ...]:
    """What the sentence is in every language that has it, by code; a file that cannot be read has none."""
    found = []
    for code in TRANSLATIONS:
        try:
            translation = words(code).get(sentence)
        except LanguageError:  # To choose it will say what is wrong.
            continue
        if translation is not None:
            found.append((code, translation))
    return tuple(found)


def _text(code: str) -> str:
    try:
        return asset("locale", f"{code}.toml").read_text(encoding="utf-8-sig")
    except OSError as error:
        raise mistake(code, f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise mistake(code, "is not a text file in UTF-8") from None


def _table(code: str, text: str, name: str) -> dict[str, Any]:
    """One of the tables of a language's file."""
    try:
        tables = tomllib.loads(text)
    except ValueError as error:
        raise mistake(code, f"is not valid TOML: {error}") from None
    table = tables.get(name)
    if not isinstance(table, dict):
        raise mistake(code, f"must have the tables [language] and then {WORDS}, and nothing before them")
    return table


def _blanks(sentence: str) -> set[tuple[str | None, ...]] | None:
    """What is filled in, and how; None where the braces are wrong."""
    try:
        return {tuple(how) for _, *how in Formatter().parse(sentence) if how[0] is not None}
    except ValueError:
        return None


def mistake(code: str, problem: str) -> LanguageError:
    """What is wrong with a language's file, with its path."""
    return LanguageError(f"{asset('locale', f'{code}.toml')}: {problem}")
