#!/usr/bin/env bash
# Builds all that needs no LibTorch with AddressSanitizer and UndefinedBehaviorSanitizer into build-sanitize and runs its tests,
# niced (presets asan-ubsan*). A count as JSON goes to standard output. The first build takes about twenty minutes on two cores.
set -euo pipefail
cd "$(dirname "$0")/.."
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
export ESPALIER_TRAINER=$PWD/build/bin/espalier-trainer # as scripts/build.sh makes it: verbs ask it about images
[[ -x $ESPALIER_TRAINER ]] || { echo "sanitize: $ESPALIER_TRAINER is not there. Run scripts/build.sh first." >&2; exit 77; }
cmake --preset asan-ubsan >&2
nice -n 15 cmake --build --preset asan-ubsan >&2

# Programs that start MPI walk whole stacks at each allocation, which is slow, because leaks.supp names its libraries, and these
# keep no frame pointers.
status=0
for preset in asan-ubsan asan-ubsan-programs; do
  nice -n 15 ctest --preset "$preset" -j2 --output-junit "$PWD/build-sanitize/$preset.xml" >&2 || status=$?
done
.venv/bin/python - build-sanitize/asan-ubsan{,-programs}.xml <<'PYTHON'
import collections, json, sys, xml.etree.ElementTree
counts = collections.Counter()
for file in sys.argv[1:]:
    suite = xml.etree.ElementTree.parse(file).getroot()
    counts.update({name: int(suite.get(name)) for name in ("tests", "failures", "skipped")})
print(json.dumps(counts))
PYTHON
exit "$status"
