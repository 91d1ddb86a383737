#!/usr/bin/env bash
# Every case on a real Slurm, those that CI leaves out too; prints one JSON object.
set -euo pipefail
cd "$(dirname "$0")/../.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
ESPALIER_LONG=1 ctest --test-dir build -L slurm --output-on-failure --no-tests=error >"$log" 2>&1 || status=$?
cat "$log" >&2
passed=$(grep -c ' Passed ' "$log" || true) files=$(grep -c 'Test *#' "$log" || true)
((passed == files)) || status=1  # one that cannot run here is no proof
printf '{"files": %s, "passed": %s, "seconds": %s}\n' "$files" "$passed" "$SECONDS"
exit "$status"
