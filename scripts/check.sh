#!/usr/bin/env bash
# What the house promises about itself: layers, sizes, formats, names of tests, headers that compile alone, what each program links.
set -euo pipefail
cd "$(dirname "$0")/.."
python=.venv/bin/python
$python scripts/check_layers.py
$python scripts/check_sizes.py
$python scripts/check_text.py
$python scripts/check_names.py
$python scripts/check_tests.py
git ls-files -z '*.cpp' '*.hpp' | xargs -0 .venv/bin/clang-format --dry-run -Werror
echo "format: 0 complaints"
$python scripts/check_headers.py "${ESPALIER_BUILD:-build}"
scripts/check_links.sh "${ESPALIER_BUILD:-build}"
