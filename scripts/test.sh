#!/usr/bin/env bash
# The same set-up as the quickstart, then every check and every test. Arguments go to ctest (-R, -L, ...).
set -euo pipefail
cd "$(dirname "$0")/.."
slurm=()
((EUID != 0)) || slurm=(--slurm)  # tests start a Slurm of their own, which needs root
scripts/bootstrap.sh "${slurm[@]}"
scripts/build.sh -DESPALIER_TESTS=ON -DESPALIER_BENCH=ON
scripts/check.sh
ctest --test-dir build --output-on-failure --no-tests=error -j2 "$@"
