"""Checks that names and sentences which readers stumbled over do not come back: types by their old names, phrases word by word.

Usage: check_names.py [ROOT]. ROOT defaults to this checkout; tests pass a folder with a planted name. A name is complained of
where a type is declared by it (class, struct, enum, using), so that the words stay free for variables and prose. Names that once
stood for several types may be declared once below src/ and include/, as a type or as a template's parameter.
"""
import pathlib
import re
import subprocess
import sys

# Old name of a type: what it is called now.
TYPES = {
    "ArtifactShelf": "ArtifactStore", "Assign": "TaskAssignment", "Beat": "DecayTimes", "Book": "JournaledState", "Complaint": "Problem", "Course": "RateSequence",
    "Courses": "RateSequences", "DataPlace": "DataFolders", "DataProblem": "UsageError", "Fallbacks": "AxisDefaults", "FeatureShelf": "FeatureCache",
    "Feed": "DeviceBatches", "FeedRows": "BatchRows", "FusedTraining": "BatchedTraining", "Gathering": "CandidateCollector",
    "Halves": "ClassSplit", "Held": "InFlightTask", "ImageShelf": "ImageCache", "Lane": "Replica",
    "LaneNetwork": "BatchedNetwork", "LaneStep": "ReplicaStep", "Letter": "Message", "LossCause": "FailureCause",
    "LostLoss": "NonFiniteLoss", "Order": "Dispatch or ControlFlag", "Pace": "Backoff or StreamThrottle", "Parcel": "Packet",
    "Place": "DeviceContext", "Post": "Mailbox", "Recipes": "TrainSettings", "RecordWish": "RecordSettings",
    "Recorded": "CapturedGraph", "Refusal": "Problem or CompileError", "Rig": "CapturedTraining", "Shelf": "a cache or a folder", "SourceBar": "SourceThreshold",
    "Supply": "BatchSource", "Surroundings": "GridContext", "TrainerLost": "TrainerFailure",
    "TrainingWish": "TrainingRequest", "UnitPlace": "UnitPosition", "Whole": "CheckContext", "Wishes": "ControlFlag",
}
# Names that two rooms gave to different types: one of them keeps each.
ONCE = {"Group", "LaunchOptions", "Part", "Role", "Shape"}
# Sentences that two readers could not follow; white space and comment signs between words do not matter.
PHRASES = (
    "trains trees of networks on lattices",
    "`espalier data` and `espalier data` are the same verbs",
    "Trainers at one place add up among themselves",
    "is being put away",
    "or does within so long",
    "or the network is of no use",
    "makes a processor do so too",
    "is so no more",
    "a nap of the agent would be felt",
    "what had not ended; as a fact: what had begun",
    "told apart from the best",
)
DECLARED = re.compile(
    r"\b(?:(?:class|struct|enum(?:\s+(?:class|struct))?)\s+(\w+)\b(?=\s*(?:final\s*)?(?::[^;{}]*)?\{)|using\s+(\w+)\s*=)")
PARAMETER = re.compile(r"\b(?:class|typename)\s+(\w+)\s*[,>=]")
CODE = {".cpp", ".hpp"}
PROSE = CODE | {".py", ".md", ".sh", ".toml", ".cmake"}
# These hold the words because they are about them.
OWN = {"scripts/check_names.py", "tests/checks/names_test.py", "CHANGELOG.md"}


def phrase_pattern(phrase: str):
    between = r"(?:\s|//+|#)+"
    return re.compile(between.join(re.escape(word) for word in phrase.split()), re.IGNORECASE)


PATTERNS = [(phrase, phrase_pattern(phrase)) for phrase in PHRASES]


def line_of(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def complaints(text: str, suffix: str):
    """(line, what) of each old name and phrase in one file."""
    if suffix in CODE:
        for found in DECLARED.finditer(text):
            name = found[1] or found[2]
            if name in TYPES:
                yield line_of(text, found.start()), f"a type is called {name} (a word of our own). Call it {TYPES[name]}."
    for phrase, pattern in PATTERNS:
        for found in pattern.finditer(text):
            yield line_of(text, found.start()), f'the sentence "{phrase}" is back. Say who does what, in the field\'s words.'


class Once:
    """Where each name of ONCE is declared first; a second declaration is complained of."""

    def __init__(self):
        self.first = {}

    def complaints(self, name: pathlib.Path, text: str):
        if name.suffix not in CODE or name.parts[0] not in ("src", "include"):
            return
        for found in [*DECLARED.finditer(text), *PARAMETER.finditer(text)]:
            word = found[1] or found[2]
            if word in ONCE and self.first.setdefault(word, (name, found.start())) != (name, found.start()):
                where = self.first[word][0]
                yield line_of(text, found.start()), f"{word} is the name of another type, too ({where}). Give each its own."


def files_of(root: pathlib.Path):
    """What git knows below `root`; everything there where it is no checkout."""
    listed = subprocess.run(["git", "-C", root, "ls-files"], capture_output=True, text=True)
    if listed.returncode == 0 and listed.stdout:
        return [root / name for name in listed.stdout.splitlines()]
    return sorted(path for path in root.rglob("*") if path.is_file())


def main() -> int:
    root = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    found = files = 0
    once = Once()
    for path in files_of(root):
        name = path.relative_to(root)
        if path.suffix not in PROSE or str(name) in OWN or not path.is_file():
            continue
        files += 1
        text = path.read_text(encoding="utf-8")
        for number, what in [*complaints(text, path.suffix), *once.complaints(name, text)]:
            print(f"{name}:{number}: {what}")
            found += 1
    print(f"names: {files} files, {found} complaints")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
