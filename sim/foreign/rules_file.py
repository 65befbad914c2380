"""Files of Python whose rules join the program's.

To load one runs its code. So only a path that the user has typed is loaded, on the command line or in the window: no
scene, picture or film names one. Worker processes of the user's own study get the text itself, and run the same.
"""

import ast
import copyreg
import hashlib
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, asdict, dataclass, fields, is_dataclass, replace
from pathlib import Path
from threading import RLock
from types import CodeType, ModuleType, SimpleNamespace
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np

from ..base.files import bounded, located, ordinary_file, why
from ..descent.rules import OWN, RULES, all_letters
from ..descent.rules.guard import ask, finite
from ..descent.rules.one_line import error_text
from ..descent.rules.protocol import Rule, can_be_told
from ..descent.rules.values import wrong_type, wrong_value

LARGEST = 1 << 20  # Bytes.
LONGEST_NAME = 40
PLAIN = (float, int, bool, str)
"""What the settings of a rule may be, which stand in scene files; or tuples of these."""
METHODS: Mapping[str, tuple[str, ...]] = {"init": ("theta",), "step": ("theta", "slope", "state")}
"""What a rule does, and what it is given for that."""
MOST_SETTINGS = 56
"""A lane's table in a scene file has room for 64 keys, and holds a few besides its rule's."""
NUMBERS = frozenset(all_letters())
"""What the program's own rules have: one by that name is drawn, set and compared as theirs are."""
RESERVED = frozenset(
    {"rule", "batch_size", "schedule", "sampling", "drop_last", "claim", "copy", "json", "dict", "schema", "validate"}
)
"""What a lane's table holds besides, and what tables are made of."""


class RulesError(ValueError):
    """A file of rules that cannot be used; the message is one sentence for the user."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was read: all that its code follows from."""

    path: str
    """As it was typed."""
    text: bytes

    @property
    def digest(self) -> str:
        """A few letters that follow from the text."""
        return hashlib.sha256(self.text).hexdigest()[:12]

    @property
    def module(self) -> str:
        """What Python calls it: another name for each file, and for each of its texts."""
        return f"rules_{hashlib.sha256(self.path.encode(errors='replace') + self.text).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class RulesFile:
    """A file that has been run, and its rules by their names."""

    source: Source
    rules: dict[str, type[Rule[Any]]]


_files: dict[Path, RulesFile] = {}  # By where they lie.
_origins: dict[type[Any], Source] = {}
_locks: dict[str, RLock] = {}  # By what Python calls a file: each is run by one thread at a time.


def load_rules(path: str) -> RulesFile:
    """Run the code of a file, and have its rules join the program's, under their names; again, if it has changed.

    Raises:
        RulesError: it cannot be read or run, has no rule, or one that is none or is called like another.
    """
    return _joined(read(path))


def run_rules(path: str) -> RulesFile:
    """Run the code of a file and leave joining to `join`: a thread of its own may run it, which may take any time.

    Raises:
        RulesError: as above.
    """
    return _checked(read(path))


def join(file: RulesFile) -> frozenset[type[Rule[Any]]]:
    """Have the rules of a file that has been run join the program's; those of its former text leave them.

    Returns:
        The ones that have left.
    """
    place = located(Path(file.source.path))
    before = _files.get(place)
    if before is file:
        return frozenset()
    known = set(RULES.values())
    for kind in file.rules.values():
        _origins[kind] = file.source
        copyreg.pickle(kind, _reduced)
    RULES.exchange(before.rules if before else (), file.rules)
    _files[place] = file
    return frozenset(known - set(RULES.values()))


def code_of(rules: Sequence[Rule[Any]]) -> dict[str, str]:
    """The letters of the files that some of these rules are from, by the rules' names: their numbers follow from them.

    Nothing for the program's own.
    """
    return {called(type(rule)): _origins[type(rule)].digest for rule in rules if type(rule) in _origins}


def read(path: str) -> Source:
    """The file, as it is now.

    Raises:
        RulesError: it cannot be read.
    """
    try:
        with ordinary_file(Path(path)) as stream:
            return Source(path, bounded(stream, LARGEST, "a file of rules"))
    except OSError as error:
        raise RulesError(f"cannot read the rules in {path}: {why(error)}") from None
    except ValueError as error:  # A path that no file system knows.
        raise RulesError(f"cannot read the rules in {path!r}: {error}") from None


def classes(source: Source) -> dict[str, type[Any]]:
    """Run the code of a file; the classes that stand there as rules, by their own names, whether they are some or not.

    Raises:
        RulesError: it cannot be run.
    """
    with _locks.setdefault(source.module, RLock()):  # One that another thread still runs is not all there yet.
        module = sys.modules.get(source.module) or _run(source)
    found: dict[str, type[Any]] = {}
    for name, value in vars(module).items():
        own = isinstance(value, type) and value.__module__ == source.module and name[:1] != "_"
        if own and _looks_like_rule(value) and value not in found.values():  # By another name it is the same.
            found[name] = value
    lines: dict[str, int] = {}
    for each in ast.parse(source.text).body:
        if not isinstance(each, ast.ClassDef) or each.name not in found:
            continue
        first = lines.setdefault(each.name, each.lineno)
        if first != each.lineno:
            where = f"{source.path}, line {each.lineno}"
            raise RulesError(f"{where}: a class is called {each.name} already, on line {first}; rename one of them")
    return found


def wrong(kind: type[Any]) -> str:
    """What keeps a class from being a rule; nothing if it is one, for all that can be seen from without."""
    if problem := _unlike_rule(kind):
        apart = f"; if it is only what rules are made from, call it _{kind.__name__.lstrip('_')}"
        return problem + (apart if kind.__subclasses__() else "")
    named = {field.name: field for field in fields(kind)}
    for name, given in METHODS.items():
        if not _takes(getattr(kind, name), len(given)):
            return f"has a {name} that does not take ({', '.join(('self', *given))})"
    return (
        _wrong_own_name(kind)
        or next(filter(None, map(_wrong_field, named.values())), "")
        or _wrong_hints(kind)
        or _wrong_instance(kind)
        or next(filter(None, (_wrong_type(kind, name) for name in named)), "")
    )


def _unlike_rule(kind: type[Any]) -> str:
    """What a class lacks that every rule has; a class that rules are made from may lack it, too."""
    if issubclass(kind, tuple):
        return "is a tuple, and a rule is a frozen dataclass: @dataclass(frozen=True) makes a plain class one"
    for name, given in METHODS.items():
        if not callable(getattr(kind, name, None)):
            return f"has no {name}({', '.join(given)}), which a rule has"
    if inspect.isabstract(kind):
        return f"is abstract, which no rule is: it says nothing of {', '.join(sorted(kind.__abstractmethods__))}"
    if not is_dataclass(kind):
        return "is no dataclass, as rules are: @dataclass(frozen=True) makes it one"
    parameters: Any = kind
    if not parameters.__dataclass_params__.frozen:
        return "is not frozen, as rules are: @dataclass(frozen=True) makes it so"
    has = any(field.name == "learning_rate" for field in fields(kind))
    return "" if has else "has no field learning_rate, which a rule has"


def unwritable(kind: type[Any]) -> str:
    """What keeps a rule from standing in a lane's table of a scene file; nothing if it can."""
    if problem := _wrong_name(called(kind), set()):
        return problem
    if len(fields(kind)) > MOST_SETTINGS:
        return f"{kind.__name__} has {len(fields(kind))} fields, and {MOST_SETTINGS} are the most"
    return next(filter(None, (_wrong_setting(kind, field) for field in fields(kind))), "")


def called(kind: type[Any]) -> str:
    """The name that a class gives itself, or else its own."""
    name = vars(kind).get("name")
    return name if isinstance(name, str) else kind.__name__


def line_of(source: Source, name: str) -> int:
    """The line on which the class of that name begins, 1 where that is not to be seen."""
    tree = ast.parse(source.text)
    return next((each.lineno for each in ast.walk(tree) if isinstance(each, ast.ClassDef) and each.name == name), 1)


def _joined(source: Source) -> RulesFile:
    file = _checked(source)
    join(file)
    return file


def _checked(source: Source) -> RulesFile:
    """A file that has been run, if its rules can join the others."""
    before = _files.get(located(Path(source.path)))
    if before is not None and before.source == source:
        return before
    found = classes(source)
    if not found:
        raise RulesError(f"{source.path} has no rule: no class there has a step(theta, slope, state)")
    taken = {name.casefold() for name in RULES} - {name.casefold() for name in (before.rules if before else ())}
    rules: dict[str, type[Rule[Any]]] = {}
    for name, kind in found.items():
        where = f"{source.path}, line {line_of(source, name)}"
        if problem := wrong(kind):
            raise RulesError(f"{where}: {name} {problem}")
        if problem := _wrong_name(called(kind), {*taken, *(other.casefold() for other in rules)}):
            raise RulesError(f"{where}: {problem}")
        if problem := unwritable(kind):
            raise RulesError(f"{where}: {problem}")
        rules[called(kind)] = kind
    return RulesFile(source, rules)


def _run(source: Source) -> ModuleType:
    module = ModuleType(source.module)
    module.__file__ = source.path
    try:
        code: CodeType = compile(source.text, source.path, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise RulesError(f"{source.path}, line {error.lineno or 1}: {error.msg}") from None
    except ValueError as error:
        raise RulesError(f"{source.path}, line 1: {error}") from None
    sys.modules[source.module] = module  # Where dataclasses and type hints look for it.
    try:
        exec(code, vars(module))
    except BaseException as error:  # Of code that is not ours; the sentence hides none of it.
        del sys.modules[source.module]
        if isinstance(error, KeyboardInterrupt):
            raise
        line, trace = 1, error.__traceback__
        while trace is not None:
            line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == source.path else line
            trace = trace.tb_next
        raise RulesError(f"{source.path}, line {line}: {error_text(error)}") from None
    return module


def _looks_like_rule(kind: type[Any]) -> bool:
    """Whether somebody who wrote this class meant a rule. What a rule remembers is a tuple, too, but does nothing."""
    if issubclass(kind, BaseException):
        return False
    if issubclass(kind, tuple):
        return all(callable(getattr(kind, name, None)) for name in METHODS)
    return any(hasattr(kind, name) for name in (*METHODS, "learning_rate")) or "learning_rate" in getattr(
        kind, "__dataclass_fields__", ()
    )


def _takes(method: Any, count: int) -> bool:
    """Whether a method can be called with itself and so many things more."""
    try:
        inspect.signature(method).bind(*range(count + (inspect.isfunction(method))))
    except (TypeError, ValueError):
        return False
    return True


def _wrong_own_name(kind: type[Any]) -> str:
    own = vars(kind).get("name", "")
    if isinstance(own, str) or hasattr(type(own), "__get__"):  # The latter is no name but a property or the like.
        return ""
    return f'has a name that is no text but {type(own).__name__}: name = "my {kind.__name__.lower()}" is one'


def _wrong_field(field: "Field[Any]") -> str:
    if field.default_factory is not MISSING:
        plain = f"a setting is a tuple and no list, such as {field.name}: tuple[float, ...] = (0.9, 0.99)"
        return f"has a field {field.name} with a default_factory: {plain}"
    if field.default is MISSING:
        return f"has a field {field.name} without a usual value, such as {field.name}: float = 0.1"
    return "" if field.init else f"has a field {field.name} that cannot be set"


def _wrong_hints(kind: type[Any]) -> str:
    """Which type cannot be told: names in quotes are looked up by code that is not ours."""
    try:
        get_type_hints(kind)
    except Exception as error:
        of_field = filter(None, (_wrong_hint(kind, field) for field in fields(kind)))
        return next(of_field, f"has a type that cannot be told: {error_text(error)}")
    return ""


def _wrong_hint(kind: type[Any], field: "Field[Any]") -> str:
    alone = SimpleNamespace(__annotations__={field.name: field.type})
    try:
        get_type_hints(alone, vars(sys.modules[kind.__module__]), dict(vars(kind)))
    except Exception as error:
        return f"has a field {field.name} whose type cannot be told: {error_text(error)}"
    return ""


def _wrong_type(kind: type[Any], name: str) -> str:
    """What is wrong with the type of a field that means something in any rule."""
    if name not in NUMBERS:
        return ""
    if get_type_hints(kind)[name] is float:
        return ""
    return f"has a field {name} that is no float, which it is in every rule: give it that type, or another name"


def _wrong_instance(kind: type[Any]) -> str:
    """What is wrong with a rule of that class with its usual values: it is tried out as a program would."""
    for doing, question in TRIED.items():
        try:
            problem = question(kind)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # Of code that is not ours; the sentence hides none of it.
            return f"cannot {doing}: {error_text(error)}"
        if problem:
            return problem
    return ""


def _made(kind: type[Any]) -> str:
    rule = kind()
    hash(rule)
    rate = rule.learning_rate
    if not finite(rate):
        return f"has a learning_rate of {rate!r}, which must be a finite number, such as 0.1"
    return ""


def _copied(kind: type[Any]) -> str:
    rule = kind()
    if repr(asdict(replace(rule))) == repr(asdict(rule)):  # As texts: NaN is not equal to itself.
        return ""
    return "makes others of the settings that it has: it would not be the same once sent or saved"


def _compared(kind: type[Any]) -> str:
    rule = kind()
    equal: object = rule == kind()
    if not isinstance(equal, bool | np.bool_):
        return "cannot be compared with another: == must answer True or False"
    for name, other in RULES.items():
        if other in OWN and rule == replace(other(), learning_rate=rule.learning_rate):
            return f"is equal to a rule of another class, {name}: without an __eq__ of its own it would not be"
    return ""


def _asked(kind: type[Any]) -> str:
    rule = kind()
    ask(rule)
    return ""


def _named(kind: type[Any]) -> str:
    if not isinstance(vars(kind).get("name"), property):
        return ""
    name: object = kind().name
    if isinstance(name, str) and not _wrong_name(name, set()):
        return ""
    return f"has a name that is no line of at most {LONGEST_NAME} characters, but {name!r}"


def _told(kind: type[Any]) -> str:
    rule = kind()
    found: object = rule.told() if callable(getattr(rule, "told", None)) else {}
    if not (isinstance(found, dict) and all(isinstance(name, str) for name in found)):
        return "has a told that does not answer with a dictionary of its settings by their names"
    if not can_be_told(found):
        return "has a told with a name or a value that is not one line of printable characters"
    return ""


def _written(kind: type[Any]) -> str:
    lines: object = vars(kind).get("recurrence", ())
    if isinstance(lines, tuple | list) and all(isinstance(line, str) and line.isprintable() for line in lines):
        return ""
    return 'has a recurrence that is no tuple of lines, such as ("θ ← θ − η g",)'


TRIED: Mapping[str, Callable[[type[Any]], str]] = {
    "be made with its usual values": _made,
    "be copied": _copied,
    "be compared with another": _compared,
    "be asked whether it has what rules may have": _asked,
    "say what it is called": _named,
    "tell its settings": _told,
    "say its recurrence": _written,
}
"""What a rule of a file goes through before it joins the others: each says what is wrong, or raises what it does."""


def _wrong_name(name: str, taken: set[str]) -> str:
    if name.casefold() in taken:
        return f'a rule is called {name} already; name = "my {name.lower()}" in the class gives it a name of its own'
    if not name.isprintable():
        return "a rule's name is one line of printable characters"
    if not (name.strip() and len(name) <= LONGEST_NAME):
        return f"a rule's name is one line of at most {LONGEST_NAME} characters"
    return ""


def _wrong_setting(kind: type[Any], field: "Field[Any]") -> str:
    """What keeps a field from standing in a lane's table of a scene file."""
    hint = get_type_hints(kind)[field.name]
    parts = get_args(hint) if get_origin(hint) is tuple else (hint,)
    if not all(part in PLAIN or part is Ellipsis for part in parts):
        return f"{field.name} must be a float, int, bool or str, or a tuple of these, as scene files hold"
    if field.name.startswith("_"):
        return f"a setting cannot be called {field.name}: none in a lane of a scene file begins with _"
    if field.name in RESERVED or field.name.startswith("model_"):
        return f"a setting cannot be called {field.name}, which means something else in a lane of a scene file"
    if problem := wrong_type(kind, field.name):
        return f"{field.name} {problem}"
    problem = wrong_value(kind, field.name, getattr(kind(), field.name))
    return f"the usual value of {field.name} {problem}" if problem else ""


# To worker processes, and to other computers.


def _reduced(rule: Any) -> tuple[Any, tuple[Any, ...]]:
    source = _origins[type(rule)]
    values = {field.name: getattr(rule, field.name) for field in fields(rule)}
    name = next(name for name, kind in classes(source).items() if kind is type(rule))
    return revived, (source.path, source.text, name, values)


def revived(path: str, text: bytes, name: str, values: dict[str, Any]) -> Rule[Any]:
    """A rule that another process of the same user's has sent with the text of its file, which is run here as there."""
    source = Source(path, text)
    kind = classes(source)[name]
    if kind not in _origins:
        _joined(source)
    rule: Rule[Any] = kind(**values)
    return rule
