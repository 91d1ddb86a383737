#!/usr/bin/env bash
# From a fresh checkout to a finished study: installs, builds, trains on the Omniglot images in jobs/data, shows the result.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/bootstrap.sh "$@"
ESPALIER_BUILD=build scripts/build.sh -DESPALIER_TESTS=OFF -DESPALIER_BENCH=OFF
out=${ESPALIER_OUT:-quickstart-results}
build/bin/espalier run jobs/quickstart.toml --out "$out"
build/bin/espalier report "$out"
