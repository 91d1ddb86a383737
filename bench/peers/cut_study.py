"""Cuts a study in the form of jobs/flex-digits.toml to some splits, targets and sizes, as text that espalier and the peers both read."""
import re
import tomllib

TABLE = re.compile(r"^(?=\[)", re.M)                        # every table begins with a bracket at the start of a line
SIZES = re.compile(r"per_class = \[[^\]]*\]")
BY_SIZE = re.compile(r'\{ by = "per_class", (.*?) \}')
LENGTHS = re.compile(r', train\.epochs = \{ by = "per_class", .*? \}')
ENTRY = re.compile(r"(\d+) = (\[\d+\]|\d+)")


def data_of(study, targets):
    """Names of the data sets that sources and these targets need, those they are derived from and blended with too."""
    needed = [source["data"] for source in study["source"].values()] + [study["target"][name]["data"] for name in targets]
    for name in needed:                                     # grows while it is walked
        table = study["data"][name]
        needed += [table[key] for key in ("from",) if key in table]
        needed += [step["with"] for step in table.get("transform", []) if "with" in step]
    return set(needed)


def keeps(block, targets, data):
    name = re.match(r"\[(target|data)\.([\w-]+)\]", block)
    return name is None or name[2] in {"target": targets, "data": data}[name[1]]


def with_sizes(text, sizes, draws):
    """The axes of sizes, and what depends on them, for these sizes alone; at most so many redraws of each."""
    def entries(found):
        kept = [(size, value) for size, value in ENTRY.findall(found[1]) if int(size) in sizes]
        cut = [f"{size} = {value if value.startswith('[') else min(int(value), draws or int(value))}" for size, value in kept]
        return f'{{ by = "per_class", {", ".join(cut)} }}'
    text = BY_SIZE.sub(entries, SIZES.sub(f"per_class = {sorted(sizes)}", text))
    lengths = set(re.findall(r"= \[(\d+)\]", " ".join(LENGTHS.findall(text))))
    return with_one_length(text, *lengths) if len(lengths) == 1 else text


def with_one_length(text, epochs):
    """An axis of one value that hangs on nothing would have to be named in every selection's `per`: [train] has it instead."""
    return re.sub(r"^(epochs +=) \d+", rf"\1 {epochs}", LENGTHS.sub("", text), flags=re.M)


def cut(text, splits=None, targets=None, sizes=None, draws=None, source_epochs=None, seed=None):
    """The study's text; what is None stays whole. `source_epochs` is for trials: sources that are worth little."""
    study = tomllib.loads(text)
    unknown = set(targets or []) - set(study["target"])
    if unknown:
        raise ValueError(f"no target {', '.join(sorted(unknown))} in the study (it has {', '.join(study['target'])})")
    chosen = set(targets or study["target"])
    text = "".join(block for block in TABLE.split(text) if keeps(block, chosen, data_of(study, chosen)))
    if sizes or draws:
        text = with_sizes(text, set(sizes or sizes_of(study)), draws)
    if splits:
        text = re.sub(r"^count = \d+", f"count = {splits}", text, flags=re.M)
    if seed is not None:
        text = re.sub(r"^seed = \d+", f"seed = {seed}", text, count=1, flags=re.M)
    if source_epochs:
        text = re.sub(r"(\[source\.[^\[]*?epochs = )\d+", rf"\g<1>{source_epochs}", text)
    return text


def sizes_of(study):
    (sizes,) = {tuple(one["axes"]["per_class"]) for one in study["experiment"] if "per_class" in one.get("axes", {})}
    return sizes
