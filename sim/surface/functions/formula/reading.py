"""From the text of a formula to its expression.

The text is data from a stranger. A tokenizer that knows a few signs and words and a parser of a dozen lines of
grammar read it; nothing of it is ever handed to Python, and what they do not know is a mistake with its column.

    sum      = product (("+" | "-") product)*
    product  = signed (("*" | "/") signed)*
    signed   = ("+" | "-")* power                  −x^2 is −(x^2),
    power    = atom superscript? ("^" signed)?     x^2^3 is x^(2^3) and 2^-x is 2^(−x)
    atom     = number | "x" | "y" | "pi" | "e" | name "(" sum ("," sum)* ")" | "(" sum ")"
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from ...protocol import LARGEST
from .error import FormulaError
from .graph import FUNCTIONS, OPERATIONS, PAIRED, Graph

# These keep a formula's surface fast to compute.
LONGEST = 1000  # Characters.
MOST_PARTS = 300  # Numbers, names and signs.
DEEPEST = 40  # Levels of parentheses and exponents.
LARGEST_EXPONENT = 100.0

CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}
ALIASES = {"ln": "log", "arcsin": "asin", "arccos": "acos", "arctan": "atan"}
CALLED = {name: name for name in FUNCTIONS} | ALIASES
NAMES = ("x", "y", "pi", "e", *FUNCTIONS)

SIGNS = {"**": "^", "−": "-", "·": "*", "×": "*", "⋅": "*", "÷": "/"}
"""Other ways to write a sign."""
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
TOKEN = re.compile(
    rf"""(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<name>[A-Za-z_][A-Za-z_0-9]*|π)
    |(?P<superscript>[{SUPERSCRIPTS}]+)
    |(?P<sign>\*\*|[-+*/^(),−·×⋅÷])""",
    re.VERBOSE,
)
HINTS = {
    "=": "write only what f(x, y) is equal to",
    "|": "write abs(x)",
    "√": "write sqrt(x)",
    "[": "write (",
    "]": "write )",
    "{": "write (",
    "}": "write )",
    "!": "there are no factorials",
    "%": "there are no remainders",
    "–": "write -",
    "—": "write -",
    "х": "write a Latin x",  # This one and the next are Cyrillic.
    "у": "write a Latin y",
    "е": "write a Latin e",
    "χ": "write a Latin x",
}
"""What to write for a character that is none of a formula's."""
QUOTES = {'"': "a quotation mark", "'": "an apostrophe"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a formula."""

    kind: str
    """Number, name, superscript, sign, or end."""
    text: str
    """As typed; signs in the one way that the grammar knows."""
    column: int


def parse(text: str) -> tuple[Graph, int]:
    """The expression that a formula stands for.

    Raises:
        FormulaError: it is no formula, or too long a one, or some constant in it is no finite real number.
    """
    if len(text) > LONGEST:
        raise FormulaError(f"must have at most {LONGEST} characters, not {len(text)}")
    if not text.strip():
        raise FormulaError("is empty; write for instance x^2 + y^2")
    parser = _Parser(text, _tokens(text))
    return parser.graph, parser.everything()


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    place = parts = 0
    while place < len(text):
        found = TOKEN.match(text, place)
        if found:
            kind, word = str(found.lastgroup), found.group()
            tokens.append(Token(kind, SIGNS.get(word, word), place + 1))
            parts += word not in "(),"
            place = found.end()
        elif text[place] == "\t" or unicodedata.category(text[place]) == "Zs":
            place += 1
        else:
            raise FormulaError(_strange(text[place]), place + 1)
    if parts > MOST_PARTS:
        raise FormulaError(f"must have at most {MOST_PARTS} numbers, names and signs, not {parts}")
    return [*tokens, Token("end", "", len(text.rstrip()) + 1)]


def _strange(character: str) -> str:
    """What to say of a character that no formula has."""
    if character in "\r\n":
        return "a formula must be on one line"
    name = unicodedata.name(character, "").lower()
    code = f"U+{ord(character):04X}"
    shown = QUOTES.get(character, f'"{character}"') if character.isprintable() else code
    if character.isprintable() and not character.isascii():
        shown += f" ({name or code})"
    plain = unicodedata.normalize("NFKC", character)
    hint = HINTS.get(character) or (f"write {plain}" if TOKEN.fullmatch(plain) and plain != character else "")
    return f"{shown} has no place in a formula" + (f"; {hint}" if hint else "")


def _short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:23]}…"


def _nearest(wanted: str) -> str:
    """What to say of an unknown name: the known ones nearest to it, or all of them."""
    import difflib  # noqa: PLC0415  Only for mistakes.

    word = wanted.lower() if len(wanted) <= 24 else ""
    close = difflib.get_close_matches(word, NAMES, n=2, cutoff=0.6)
    return f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(NAMES)}"


class _Parser:
    """A recursive-descent parser over the tokens, which writes the expression as it goes."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.graph = Graph()
        self._text = text
        self._tokens = tokens
        self._place = 0

    @property
    def _here(self) -> Token:
        return self._tokens[self._place]

    @property
    def _before(self) -> Token:
        return self._tokens[self._place - 1]

    def _take(self, *signs: str) -> Token | None:
        """The token here, if it is one of these signs, and go on to the next."""
        token = self._here
        if token.kind != "sign" or token.text not in signs:
            return None
        self._place += 1
        return token

    def everything(self) -> int:
        """The expression of the whole text."""
        expression = self._sum(0)
        if self._here.kind != "end":
            self._stop()
        return expression

    def _sum(self, depth: int) -> int:
        start = self._here
        left = self._product(depth)
        while sign := self._take("+", "-"):
            left = self._put(start, sign.text, left, self._product(depth))
        return left

    def _product(self, depth: int) -> int:
        start = self._here
        left = self._signed(depth)
        while sign := self._take("*", "/"):
            right = self._signed(depth)
            if sign.text == "/" and self.graph.value(right) == 0:
                raise FormulaError("this divides by zero", sign.column)
            left = self._put(start, sign.text, left, right)
        return left

    def _signed(self, depth: int) -> int:
        start, negative = self._here, False
        while sign := self._take("+", "-"):
            negative ^= sign.text == "-"
        power = self._power(depth)
        return self._put(start, "negative", power) if negative else power

    def _power(self, depth: int) -> int:
        start = self._here
        base = self._atom(depth)
        if self._here.kind == "superscript":
            digits = "".join(str(SUPERSCRIPTS.index(digit)) for digit in self._here.text)
            exponent = self.graph.constant(self._number(digits, self._here.column))
            self._place += 1
            base = self._raised(start, base, exponent, self._before)
        if self._take("^"):
            first = self._here
            base = self._raised(start, base, self._signed(self._deeper(depth)), first)
        return base

    def _raised(self, start: Token, base: int, exponent: int, place: Token) -> int:
        """base^exponent, which begins at `start`; the exponent begins at `place`."""
        graph, p, b = self.graph, self.graph.value(exponent), self.graph.value(base)
        if p is not None:
            if abs(p) > LARGEST_EXPONENT:
                end = f"{LARGEST_EXPONENT:g}"
                raise FormulaError(f"an exponent must be from -{end} to {end}, not {p:g}", place.column)
            if b is None and p == 0 and graph.partial(base):  # 1, but where the base is no finite number: 1 + 0·u.
                return self._put(start, "+", graph.constant(1.0), self._put(start, "*", graph.constant(0.0), base))
            if b is None and p in (0, 1):
                return graph.power(base, p)
            return self._put(start, "^", base, exponent)
        if b is not None and b <= 0:
            problem = f"what is raised to a power with x or y in it must be positive, not {b:g}"
            raise FormulaError(problem, start.column)
        # Everywhere else, too, u^v is real for positive u alone: exp(v·log u), which is not a number where u is not.
        if b != math.e:
            exponent = self._put(start, "*", exponent, self._put(start, "log", base))
        return self._put(start, "exp", exponent)

    def _atom(self, depth: int) -> int:
        token = self._here
        self._place += token.kind != "end"
        match token.kind:
            case "number":
                return self.graph.constant(self._number(token.text, token.column))
            case "name":
                return self._named(token, depth)
            case "sign" if token.text == "(":
                inner = self._sum(self._deeper(depth))
                self._close(token)
                return inner
            case "end":
                raise FormulaError(f"something is missing after {_short(self._before.text)}", token.column)
        after = f" after {self._tokens[self._place - 2].text}" if self._place > 1 else ""
        raise FormulaError(f"expected a number, x, y or a function{after}, not {_short(token.text)}", token.column)

    def _named(self, token: Token, depth: int) -> int:
        name = token.text
        if name in ("x", "y"):
            return self.graph.x if name == "x" else self.graph.y
        if name in CONSTANTS:
            return self.graph.constant(CONSTANTS[name])
        if name not in CALLED:
            raise FormulaError(f"there is no {_short(name)}; {_nearest(name)}", token.column)
        bracket = self._take("(")
        if not bracket:
            raise FormulaError(f"{name} wants parentheses right after it, as in {name}(x)", token.column)
        deeper = self._deeper(depth)
        values = [self._sum(deeper)]
        while self._take(","):
            values.append(self._sum(deeper))
        self._close(bracket)
        function = CALLED[name]
        wanted = 2 if function in PAIRED else 1
        if len(values) != wanted:
            takes = "two values" if wanted == 2 else "one value"
            raise FormulaError(f"{name} takes {takes}, not {len(values)}", token.column)
        return self._put(token, function, *values)

    def _number(self, digits: str, column: int) -> float:
        number = float(digits)
        if number > LARGEST:
            raise FormulaError(f"a number must be at most {LARGEST:.0f}, not {_short(digits)}", column)
        return number

    def _deeper(self, depth: int) -> int:
        if depth >= DEEPEST:
            raise FormulaError(f"nested more than {DEEPEST} levels deep", self._here.column)
        return depth + 1

    def _close(self, bracket: Token) -> None:
        if self._take(")"):
            return
        if self._here.kind == "end":
            raise FormulaError("this ( is never closed", bracket.column)
        self._stop()

    def _stop(self) -> NoReturn:
        """Say why the token here cannot follow what is before it."""
        token, before = self._here, self._before
        if token.text == ")":
            raise FormulaError("this ) closes nothing", token.column)
        if token.kind in ("number", "name") or token.text == "(":
            left, right = _short(before.text), _short(token.text)
            problem = f"a sign is missing between {left} and {right}; to multiply them, write {left}*{right}"
            raise FormulaError(problem, token.column)
        raise FormulaError(f"{_short(token.text)} has no place here", token.column)

    def _put(self, start: Token, operation: str, *operands: int) -> int:
        """The operation on these operands, which begin at `start`: its value, if they are constants."""
        values = [self.graph.value(operand) for operand in operands]
        if None in values:
            return self.graph.put(operation, *operands)
        with np.errstate(all="ignore"):
            value = float(OPERATIONS[operation](*values))
        if math.isfinite(value):
            return self.graph.constant(value)
        end = self._before.column - 1 + len(self._before.text)
        what = "real number" if math.isnan(value) else "finite number"
        shown = "".join(c if c.isprintable() else " " for c in self._text[start.column - 1 : end])
        raise FormulaError(f"{_short(shown)} is not a {what}", start.column)
