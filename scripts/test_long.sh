#!/usr/bin/env bash
# What takes longer than CI may: clang-tidy and sanitizers, studies under random kills, the quickstart held to its claims, what
# additions cost (example patches), the benches.
#   scripts/test_long.sh                 all parts: about twenty minutes on two cores, and the builds
#   scripts/test_long.sh tidy patches    these parts; the others keep what they said last
# Writes results/test_long.json (machine; of each part its date, commit and figures); commit it.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/bootstrap.sh --slurm
if ! command -v chromium >/dev/null; then
  echo "test_long: there is no Chromium, in which the report's page is opened (Debian: apt-get install chromium)." >&2
  exit 2
fi
scripts/build.sh -DESPALIER_TESTS=ON -DESPALIER_BENCH=ON
export ESPALIER_BIN=$PWD/build/bin ESPALIER_SOURCE=$PWD PYTHONPATH=$PWD/tests/support
parts=$(mktemp -d)
trap 'rm -rf "$parts" "$parts.json"' EXIT
wanted=" $* "

part() {  # part NAME COMMAND...: its standard output is one JSON object
  local name=$1
  shift
  known+=" $name"
  if [[ $wanted != "  " && $wanted != *" $name "* ]]; then return; fi
  echo "$name" >&2
  if "$@" >"$parts/$name.out"; then
    mv "$parts/$name.out" "$parts/$name.json"
    cat "$parts/$name.json" >&2
  else
    failed+=" $name"  # the others go on: some take an hour
  fi
}

known= failed=
part tidy scripts/tidy.sh
part sanitize scripts/sanitize.sh
part quickstart .venv/bin/python tests/long/quickstart_claims.py
part patches tests/long/patches.sh
part alexnet_stop .venv/bin/python tests/long/alexnet_stop.py
part random_kills .venv/bin/python tests/long/random_kills.py
part slurm tests/long/slurm_cases.sh
part slurm_sweeps .venv/bin/python tests/long/slurm_sweeps.py
part cpu_kinds .venv/bin/python tests/long/cpu_kinds.py
part dispatch .venv/bin/python bench/dispatch.py
part cluster .venv/bin/python bench/cluster.py
part page_load .venv/bin/python bench/page_load.py
part verbs .venv/bin/python bench/verbs.py
part plan_100k build/bin/bench_plan_100k
part journal build/bin/bench_journal
part merge build/bin/bench_merge_stores
part pack_check build/bin/bench_pack_check
part train_step build/bin/bench_train_step
part train_step_torch .venv/bin/python bench/train_step.py
part batched build/bin/bench_batched
part equivalence .venv/bin/python tests/e2e/equivalence_test.py
for name in "$@"; do
  if [[ " $known " != *" $name "* ]]; then
    echo "test_long: there is no part '$name' (the parts are:$known)." >&2
    exit 2
  fi
done

.venv/bin/python - "$parts" results/test_long.json <<'PYTHON' >"$parts.json"
import datetime, json, os, pathlib, subprocess, sys
new, kept = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
commit = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True).stdout.strip()
model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
parts = json.loads(kept.read_text()).get("parts", {}) if kept.exists() else {}
for file in sorted(new.glob("*.json")):
    parts[file.stem] = {"date": datetime.date.today().isoformat(), "commit": commit, "figures": json.loads(file.read_text())}
print(json.dumps({"cores": os.cpu_count(), "cpu": model, "parts": dict(sorted(parts.items()))}, indent=2))
PYTHON
mv "$parts.json" results/test_long.json
echo "wrote results/test_long.json"
if [[ -n $failed ]]; then
  echo "test_long: failed, and not written:$failed." >&2
  exit 1
fi
