"""The house of `seglib`: who may import whom, read from the syntax trees of all modules."""

from __future__ import annotations

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APP = ("demo_app.py", "pages", "seglib/ui")  # what may show pages


def _name(path: Path) -> str:
    """``seglib/crf/trace.py`` is ``seglib.crf.trace``; a package has the name of its folder."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


TREES = {_name(path): ast.parse(path.read_text("utf-8")) for path in sorted((ROOT / "seglib").rglob("*.py"))}


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _statements(tree: ast.AST, inside_functions: bool) -> list[ast.Import | ast.ImportFrom]:
    """Import statements that run: never those for type checkers, and on demand those that wait in functions."""
    imports, waiting = [], list(ast.iter_child_nodes(tree))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports.append(node)
        elif _is_type_checking(node):
            waiting += node.orelse
        elif inside_functions or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return imports


def _imported(tree: ast.AST, inside_functions: bool) -> set[str]:
    """Full names of what is imported; of ``from a import b`` both ``a`` and ``a.b``, for b may be a module."""
    names: set[str] = set()
    for node in _statements(tree, inside_functions):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        else:
            assert not node.level, f"line {node.lineno}: imports are written from the root"
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def _modules_imported(name: str) -> set[str]:
    """Modules of ours that must be loaded before this one can be, with the packages that they lie in.

    ``from seglib import metrics`` waits for `seglib.metrics` alone: the package around both is loading by then, and
    need not be through. ``from seglib import load_model`` is a name that it must have, and waits for `seglib` itself.
    """
    modules: set[str] = set()
    for node in _statements(TREES[name], inside_functions=False):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        else:
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            modules |= {module if module in TREES else node.module for module in whole}
    modules &= TREES.keys()
    around = {".".join(module.split(".")[:depth]) for module in modules for depth in range(1, module.count(".") + 1)}
    return modules | {package for package in around if not f"{name}.".startswith(f"{package}.")}


def _room(name: str) -> str:
    """The folder of a module of the core; those in the root are rooms of their own."""
    return ".".join(name.split(".")[:2])


def test_the_modules_are_read():
    assert {"seglib", "seglib.labels", "seglib.metrics", "seglib.crf.mean_field", "seglib.ui.router"} <= TREES.keys()
    assert "seglib.labels" in _modules_imported("seglib.metrics")


@pytest.mark.parametrize(
    ("code", "module_level", "anywhere"),
    [
        ("import a.b", {"a.b"}, {"a.b"}),
        ("from a import b", {"a", "a.b"}, {"a", "a.b"}),
        ("def f():\n import a", set(), {"a"}),
        ("if TYPE_CHECKING:\n import a\nelse:\n import b", {"b"}, {"b"}),
        ("try:\n import a\nexcept ImportError:\n import b", {"a", "b"}, {"a", "b"}),
        ("class C:\n import a\n def f(self):\n  import b", {"a"}, {"a", "b"}),
    ],
)
def test_imports_are_found_wherever_they_stand(code, module_level, anywhere):
    assert _imported(ast.parse(code), inside_functions=False) == module_level
    assert _imported(ast.parse(code), inside_functions=True) == anywhere


def test_the_core_never_imports_the_app():
    core = {name: tree for name, tree in TREES.items() if not f"{name}.".startswith("seglib.ui.")}
    wrong = {
        name: app
        for name, tree in core.items()
        if (app := {each for each in _imported(tree, True) if f"{each}.".startswith(("seglib.ui.", "pages."))})
    }
    assert not wrong


def test_streamlit_stays_in_the_app():
    code = [path for folder in ("seglib", "examples", "pages") for path in (ROOT / folder).rglob("*.py")]
    users = [
        path.relative_to(ROOT).as_posix()
        for path in (*code, ROOT / "demo_app.py")
        if any(f"{each}.".startswith("streamlit.") for each in _imported(ast.parse(path.read_text("utf-8")), True))
    ]
    assert any(user.startswith("seglib/ui/") for user in users)  # the search finds what is there
    assert [user for user in users if not user.startswith(APP)] == []


def test_no_module_waits_for_itself():
    graph = {name: _modules_imported(name) for name in TREES}
    TopologicalSorter(graph).prepare()  # a circle is an error that names its modules


def test_rooms_of_the_core_depend_on_each_other_one_way():
    rooms: dict[str, set[str]] = {}
    for name in TREES:
        if (room := _room(name)) not in ("seglib", "seglib.ui"):
            rooms.setdefault(room, set()).update(set(map(_room, _modules_imported(name))) - {room, "seglib"})
    TopologicalSorter(rooms).prepare()


@pytest.mark.parametrize("name", TREES)
def test_every_module_says_what_it_is(name):
    docstring = ast.get_docstring(TREES[name])
    assert docstring
    assert docstring.splitlines()[0].endswith((".", "?", ":", "`", "``"))


def _defines(body: list[ast.stmt], path: list[str]) -> bool:
    """Whether statements define the first name of ``path``, and as a class the next one in it, and so on."""
    if not path:
        return True
    for node in body:
        match node:
            case ast.ClassDef() if node.name == path[0]:
                return len(path) == 1 or _defines(node.body, path[1:])
            case ast.FunctionDef():
                names = [node.name]
            case ast.Assign():
                names = [name.id for name in ast.walk(node) if isinstance(name, ast.Name)]
            case ast.AnnAssign():
                names = [node.target.id]
            case ast.Import() | ast.ImportFrom():
                names = [(alias.asname or alias.name) for alias in node.names]
            case ast.If() if _is_type_checking(node) and _defines(node.body, path):  # names that load on first use
                return True
            case _:
                names = []
        if names and path[0] in names:
            return True
    return False


def test_names_quoted_in_the_text_exist():
    """Comments and docstrings name modules, functions and classes as `seglib.metrics.mean_iou`."""
    quoted = {
        (file.relative_to(ROOT).as_posix(), name)
        for folder in ("seglib", "pages", "benchmarks")
        for file in (ROOT / folder).rglob("*.py")
        for name in re.findall(r"(?<!`)`(seglib(?:\.\w+)+)`(?!`)", file.read_text("utf-8"))
    }
    assert len(quoted) > 20
    wrong = []
    for file, name in quoted:
        parts = name.split(".")
        depth = max(depth for depth in range(1, len(parts) + 1) if ".".join(parts[:depth]) in TREES)
        if not _defines(TREES[".".join(parts[:depth])].body, parts[depth:]):
            wrong.append(f"{file}: {name}")
    assert not wrong


def _calls(folder: str) -> list[tuple[str, ast.Call]]:
    """All calls of functions and methods in a folder's modules, with what is called."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted((ROOT / folder).rglob("*.py"))}
    return [
        (f"{path.name}: {ast.unparse(node.func)}", node)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]


def test_pictures_and_charts_say_what_they_show_to_those_who_do_not_see_them():
    shown = [
        (name, call)
        for folder in ("pages", "seglib/ui")
        for name, call in _calls(folder)
        if name.endswith((".image", ".altair_chart", ".vega_lite_chart", ".pyplot", ".line_chart", ".bar_chart"))
    ]
    assert any(name.endswith("st.image") for name, _ in shown)  # the search finds what is there
    assert [name for name, call in shown if "alt" not in {keyword.arg for keyword in call.keywords}] == []


def test_charts_are_drawn_once_and_shown_by_one_function():
    """`show_chart` sends what a `drawn` function kept; Streamlit's own way checks a chart anew each time."""
    names = [name for folder in ("pages", "seglib/ui") for name, _ in _calls(folder)]
    assert any(name.endswith(" show_chart") for name in names)
    assert [name for name in names if name.endswith(".altair_chart")] == []


def test_words_among_a_charts_marks_have_the_themes_colour():
    drawn = [(name, call) for name, call in _calls("seglib/ui") if name.endswith("mark_text")]
    assert drawn
    plain = [name for name, call in drawn if "WORDS" not in {ast.unparse(keyword.value) for keyword in call.keywords}]
    assert plain == []


VIEWS = ("show", "photo_view", "overview")  # functions that draw a `photo_view` of the key they are given


def test_a_key_names_one_kind_of_control():
    """A control keeps its value when its page is left: of a view with the same key, no pinned pixel would be heard."""
    kinds: dict[str, set[str]] = {}
    for folder in ("pages", "seglib/ui"):
        for name, call in _calls(folder):
            for keyword in call.keywords:
                if keyword.arg == "key" and isinstance(keyword.value, ast.Constant | ast.JoinedStr):
                    kind = name.rsplit(".", 1)[-1].split(": ")[-1]
                    kinds.setdefault(ast.unparse(keyword.value), set()).add("view" if kind in VIEWS else kind)
    assert kinds["'levels'"] == {"select_slider"}
    assert kinds["'levels_view'"] == {"view"}
    assert {key: kind for key, kind in kinds.items() if len(kind) > 1} == {}
