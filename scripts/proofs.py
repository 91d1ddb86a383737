"""Whether a test uses what one source alone gives: for check_tests.py, from the words of both files.

A proof that a test (with the files of tests/ that it includes or imports) covers a source is one of
- a function or type that the source defines and the test's code uses, as declared in a header that both include;
- a text of at least eight characters in the strings of this source and no other, and in a string of the test;
- the word of a verb that the source adds to a program (src/cli/verbs, src/trainer), or the name of the program of which the
  source is the main, as a string of the test;
- a chain `FIRST > NAME > ...` of at most three names behind the first: FIRST is a name, verb or program that holds for another
  source, whose code uses NAME, which the next source defines.
"""
import ast
import functools
import pathlib
import re

LEAST = 8  # characters of a text: shorter ones are words that any file may hold
STEPS = 3  # names of a chain behind its first: longer ones say nothing of what the test is about
TOKEN = re.compile(r'R"(?P<mark>\w*)\((?P<raw>.*?)\)(?P=mark)"|"(?P<text>(?:[^"\\\n]|\\.)*)"'
                   r"|'(?:[^'\\\n]|\\.)+'|//[^\n]*|/\*.*?\*/", re.DOTALL)
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
TYPE = re.compile(r"\b(?:class|struct|enum class|using)\s+(\w+)\b(?!\s*;)")
DECLARED = re.compile(r"(?P<before>[\w>\])]+)\s*[\s&*]\s*(?P<name>\w+)\(")  # a return type, then the name
DEFINED = re.compile(r"^(?:[A-Za-z_][^;{}()=\n]*[\s&*])?(?P<name>[\w:~]+)\([^;{}]*\)[^;{}()]*(?::[^;]*?)?\{", re.MULTILINE)
NO_TYPE = {"return", "else", "throw", "new", "case", "co_return", "not"}


class Words:
    """The code of a file without strings and comments, and its strings."""

    def __init__(self, code: str, texts: list):
        self.code, self.texts, self.names = code, texts, set(re.findall(r"\w+", code))

    def says(self, text: str) -> bool:
        return any(text in one for one in self.texts)


def unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda escape: {"n": "\n", "t": "\t"}.get(escape[1], escape[1]), text)


def words_of_cpp(text: str) -> Words:
    """Strings that follow each other are one, as the compiler has it."""
    text = re.sub(r"^#include.*", "", text, flags=re.MULTILINE)
    texts, code, at, string_end = [], [], 0, None
    for found in TOKEN.finditer(text):
        code.append(text[at:found.start()])
        at = found.end()
        value = found["raw"] if found["raw"] is not None else found["text"] and unescaped(found["text"])
        if value is None:
            code.append(" 0 " if found[0][0] == "'" else " ")
        elif string_end is not None and not text[string_end:found.start()].strip():
            texts[-1] += value
        else:
            texts.append(value)
            code.append(" 0 ")
        string_end = at if value is not None else string_end if found[0][0] == "/" else None
    return Words("".join([*code, text[at:]]), texts)


def words_of_python(text: str) -> Words:
    """Without the strings that only describe."""
    nodes = list(ast.walk(ast.parse(text)))
    described = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    texts = [node.value for node in nodes
             if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in described]
    return Words(text, texts)


@functools.cache
def words(file: pathlib.Path) -> Words:
    text = file.read_text(encoding="utf-8")
    return words_of_python(text) if file.suffix == ".py" else words_of_cpp(text)


def declared_in(header: pathlib.Path) -> set:
    code = words(header).code
    functions = {found["name"] for found in DECLARED.finditer(code) if found["before"] not in NO_TYPE}
    return functions | set(TYPE.findall(code))


def defined_in(source: pathlib.Path) -> set:
    """Functions at the outermost level, members, and the types whose members they are."""
    parts = [found["name"].split("::") for found in DEFINED.finditer(words(source).code)]
    return {part for name in parts for part in name}


class Proofs:
    def __init__(self, root: pathlib.Path, sources: list):
        self.root, self.sources = root, sources
        self.declaring, self.defining = {}, {}
        for header in [file for folder in ("src", "include") for file in (root / folder).rglob("*.hpp")]:
            for name in declared_in(header):
                self.declaring.setdefault(name, set()).add(header)
        for source in sources:
            for name in defined_in(root / source):
                self.defining.setdefault(name, set()).add(source)

    @functools.cache
    def included(self, file: pathlib.Path) -> frozenset:
        """The headers that a file sees, those that its headers include among them."""
        folders = [self.root / "include", self.root / "src", self.root / "tests", file.parent, file.parent.parent]
        found, unread = set(), [file]
        while unread:
            one = unread.pop()
            for name in INCLUDE.findall(one.read_text(encoding="utf-8")):
                header = next((path for folder in (one.parent, *folders) if (path := folder / name).is_file()), None)
                if header and header not in found:
                    found.add(header)
                    unread.append(header)
        return frozenset(found)

    def gives(self, source: pathlib.Path, name: str, to: pathlib.Path) -> bool:
        """Whether what `to` sees under this name is the source's: one header that both include, of the source's room.
        `room::name` asks for that room's, where `to` sees several."""
        room, _, plain = name.rpartition("::")
        seen = {one for one in self.declaring.get(plain, set()) & self.included(to) if room in ("", self.room_of(one))}
        own = len(seen) == 1 and self.room_of(next(iter(seen))) == source.parts[1]
        return own and seen <= self.included(self.root / source) and source in self.defining.get(plain, set())

    def room_of(self, header: pathlib.Path) -> str:
        parts = header.relative_to(self.root).parts
        return parts[2] if parts[0] == "include" else parts[1]  # of a header in tests no room that a source is in

    @functools.cache
    def parts_of(self, test: pathlib.Path) -> list:
        """The words of a test and of what it shares with other tests."""
        file = self.root / test
        if test.suffix == ".cpp":
            shared = [header for header in self.included(file) if header.is_relative_to(self.root / "tests")]
        else:
            names = re.findall(r"^(?:import|from) (\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
            places = [folder / f"{name}.py" for name in names for folder in (self.root / "tests/support", file.parent)]
            shared = [place for place in places if place.is_file()]
        return [words(file), *(words(one) for one in sorted(shared))]

    @functools.cache
    def code_of(self, source: pathlib.Path) -> list:
        """The words of a source and of the headers by its name, or by the beginning of it."""
        own = [one for one in self.included(self.root / source)
               if f"{source.stem}_".startswith(f"{one.stem}_") and self.room_of(one) == source.parts[1]]
        return [words(one) for one in [self.root / source, *own]]

    def uses(self, one: Words, name: str) -> bool:
        """A type as a word, a function where it is called or handed on."""
        plain = name.rpartition("::")[2]
        pattern = rf"\b{plain}\b" if plain[:1].isupper() else rf"\b{plain}\(|[&{{(,]\s*(?:\w+::)*{plain}\s*[,)}}]"
        return plain in one.names and re.search(pattern, one.code) is not None

    def is_name(self, source: pathlib.Path, test: pathlib.Path, name: str) -> bool:
        return (test.suffix == ".cpp" and any(self.uses(one, name) for one in self.parts_of(test)) and
                self.gives(source, name, self.root / test))

    def is_text(self, source: pathlib.Path, test: pathlib.Path, text: str) -> bool:
        if len(text) < LEAST or not any(one.says(text) for one in self.parts_of(test)):
            return False
        return [one for one in self.sources if words(self.root / one).says(text)] == [source]

    def is_verb(self, source: pathlib.Path, test: pathlib.Path, word: str) -> bool:
        """As the program is called with it: in a test of Python, which starts programs."""
        room_of_verbs = source.parts[1] == "trainer" or source.parts[:3] == ("src", "cli", "verbs")
        if not room_of_verbs or test.suffix != ".py" or not any(word in one.texts for one in self.parts_of(test)):
            return False
        adding = rf'\badd_\w+\((?:\*?\w+,)?\s*"{re.escape(word)}"'
        return re.search(adding, (self.root / source).read_text(encoding="utf-8")) is not None

    def is_program(self, source: pathlib.Path, test: pathlib.Path, word: str) -> bool:
        """A main by the name of its program, as it is started."""
        is_main = source.parts[1] == "apps" and word == source.stem.replace("_", "-")
        return is_main and any(re.search(rf"(?:^|/){word}$", text) for one in self.parts_of(test) for text in one.texts)

    def is_chain(self, source: pathlib.Path, test: pathlib.Path, proof: str) -> bool:
        before, _, name = proof.rpartition(" > ")
        if before.count(" > ") >= STEPS:
            return False
        users = [one for one in self.sources if before and one != source and
                 any(self.uses(part, name) for part in self.code_of(one)) and self.gives(source, name, self.root / one)]
        first = (self.is_program, self.is_verb, self.is_name, self.is_chain)  # a text alone does not lead on
        return any(holds(one, test, before) for one in users for holds in first)

    def holds(self, source: pathlib.Path, test: pathlib.Path, proof: str) -> bool:
        return any(one(source, test, proof) for one in (self.is_name, self.is_program, self.is_verb, self.is_chain, self.is_text))
