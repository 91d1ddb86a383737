#!/usr/bin/env bash
# Runs clang-tidy (.clang-tidy) over the sources of all rooms without LibTorch, two at a time, niced; about five minutes.
#   scripts/tidy.sh               all of them
#   scripts/tidy.sh src/plan      those whose path contains one of the arguments
# It reads build/compile_commands.json (or $ESPALIER_BUILD). Findings go to standard error, a count as JSON to standard output.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# What only GCC understands is left out: its precompiled headers. LibTorch's rooms take minutes a file, most of it in LibTorch.
.venv/bin/python - "${ESPALIER_BUILD:-build}" "$scratch" "$@" <<'PYTHON'
import json, pathlib, shlex, sys
build, scratch, *wanted = sys.argv[1:]
sources = str(pathlib.Path.cwd() / "src") + "/"
kept = []
for entry in json.loads(pathlib.Path(build, "compile_commands.json").read_text()):
    words = [w for w in shlex.split(entry["command"]) if w not in ("-fpch-preprocess", "-Winvalid-pch")]
    if "-include" in words:
        del words[(at := words.index("-include")):at + 2]
    if not entry["file"].startswith(sources) or any("/torch/include" in word for word in words):
        continue
    if not wanted or any(part in entry["file"] for part in wanted):
        kept.append({**entry, "command": shlex.join(words)})
if not kept:
    sys.exit(f"tidy: no source to look at (nothing in {build}/compile_commands.json matches). Build first, or name a path under src.")
pathlib.Path(scratch, "compile_commands.json").write_text(json.dumps(kept))
pathlib.Path(scratch, "files").write_text("".join(entry["file"] + "\n" for entry in kept))
PYTHON

status=0
xargs -a "$scratch/files" -P 2 -n 4 nice -n 15 "${CLANG_TIDY:-.venv/bin/clang-tidy}" -p "$scratch" --quiet \
  >"$scratch/found" 2>"$scratch/errors" || status=$?
grep -vE '^[0-9]+ warnings? generated|^Suppressed' "$scratch/errors" >&2 || true
cat "$scratch/found" >&2
# A header's finding comes once for each source that includes it.
found=$(grep -E ': (warning|error): ' "$scratch/found" | sort -u | wc -l || true)
echo "{\"files\": $(wc -l <"$scratch/files"), \"findings\": $found}"
((status == 0 && found == 0))
