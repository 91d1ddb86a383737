"""Checks that tests and sources name each other: each test names a source of its room, and no source is without a named test.

Usage: check_tests.py [ROOT]. ROOT defaults to this checkout; tests pass a folder with planted files.
tests/ROOM/NAME_test.cpp or .py names src/ROOM/**/NAME.cpp, .hpp or include/espalier/ROOM/NAME.hpp; NAME_ASPECT_test goes
beside NAME_test. tests/checks names scripts/check_NAME.py or a document NAME.md. scripts/check_tests.toml lists what cannot
mirror one source: tests of a whole room or process, with a reason; and sources that another test covers, with the proof
of it that scripts/proofs.py describes.
"""
import pathlib
import sys
import tomllib

import proofs

LIST = "scripts/check_tests.toml"


def stem_of(test: pathlib.Path) -> str:
    return test.stem.removesuffix("_test")


class Tree:
    """The sources and tests below one folder, by room."""

    def __init__(self, root: pathlib.Path):
        self.root = root
        listed = tomllib.loads((root / LIST).read_text(encoding="utf-8"))
        self.whole, self.covered = listed.get("whole", {}), listed.get("covered", {})
        self.tests = sorted(path.relative_to(root) for path in (root / "tests").rglob("*_test.*") if path.suffix in {".cpp", ".py"})
        self.sources = sorted(path.relative_to(root) for path in (root / "src").rglob("*.cpp"))
        self.tested = {(test.parts[1], stem_of(test)) for test in self.tests}

    def stems(self, room: str) -> set:
        """What a test of this room may be named after."""
        if room == "checks":
            scripts = {path.stem.removeprefix("check_") for path in (self.root / "scripts").glob("*")}
            return scripts | {path.stem.lower() for path in self.root.glob("*.md")}
        return self.headers(room) | {path.stem for path in self.sources if path.parts[1] == room}

    def headers(self, room: str) -> set:
        folders = [self.root / "src" / room, self.root / "include" / "espalier" / room]
        return {path.stem for folder in folders for path in folder.rglob("*.hpp")}

    def is_named(self, source: pathlib.Path) -> bool:
        """A test has the source's name, or that of a header of which it holds a part (safetensors_read.cpp)."""
        room, stem = source.parts[1], source.stem
        if (room, stem) in self.tested:
            return True
        return any(stem.startswith(name + "_") and (room, name) in self.tested for name in self.headers(room))


def complaints_of_tests(tree: Tree):
    """Tests that name no source, and lines of the list that need not be there."""
    for test in tree.tests:
        room, stem = test.parts[1], stem_of(test)
        stems = tree.stems(room)
        aspect_of = [name for name in stems if stem.startswith(name + "_") and (room, name) in tree.tested]
        mirrors, is_listed = stem in stems or bool(aspect_of), str(test) in tree.whole
        if not mirrors and not is_listed:
            yield f"{test} names no source of src/{room}. Call it after the source that it tests, or list it in {LIST}."
        if mirrors and is_listed:
            yield f"{test} is listed in {LIST}, and mirrors a source. Take its line out."
    for test in tree.whole:
        if pathlib.Path(test) not in tree.tests:
            yield f"{LIST} lists {test}, which is not there."


def complaints_of_sources(tree: Tree):
    """Sources without a test, and lines of the list that do not hold."""
    for source in tree.sources:
        is_listed = str(source) in tree.covered
        if tree.is_named(source) == is_listed:
            yield (f"{source} has a test by its name, and a line in {LIST}. Take the line out." if is_listed else
                   f"{source} is named by no test. Write tests/{source.parts[1]}/{source.stem}_test.cpp, "
                   f"or list the test that covers it in {LIST}.")


def complaints_of_proofs(tree: Tree):
    """Lines of the list that do not show that the test uses the source."""
    judge = proofs.Proofs(tree.root, tree.sources)
    for source, (test, proof) in tree.covered.items():
        if pathlib.Path(source) not in tree.sources:
            yield f"{LIST} lists {source}, which is not there."
        elif pathlib.Path(test) not in tree.tests:
            yield f"{LIST}: {source} is to be covered by {test}, which is not there."
        elif not judge.holds(pathlib.Path(source), pathlib.Path(test), proof):
            yield (f'{LIST}: "{proof}" does not show that {test} uses {source}. Name a function or type that the test calls and '
                   "the source defines, a text that only the source has, a verb, or a chain from one of them.")


def main() -> int:
    root = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    tree = Tree(root)
    found = [*complaints_of_tests(tree), *complaints_of_sources(tree), *complaints_of_proofs(tree)]
    for what in found:
        print(what)
    print(f"tests: {len(tree.tests)} tests, {len(tree.sources)} sources, {len(found)} complaints")
    return 1 if found or not tree.tests or not tree.sources else 0


if __name__ == "__main__":
    sys.exit(main())
