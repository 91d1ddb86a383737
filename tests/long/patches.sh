#!/usr/bin/env bash
# What an addition costs: applies each patch of tests/long/patches (or those named) to a copy of the tree, fails where it
# touches more than five source files beside tests and documents, builds the test program it names and runs its tests.
# The copy is held to scripts/check_tests.py, as the tree itself is. A patch begins with the lines "Program: test_plan" and
# "Tests: a Catch2 filter". Standard output is one JSON object.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/../.."
readonly most_files=5
root=$PWD
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

copy_tree() {  # copy_tree TO: what git tracks, as it is in the working tree, and the environment that builds use
  mkdir -p "$1"
  git ls-files -z | while IFS= read -r -d '' file; do
    if [ -e "$file" ]; then printf '%s\0' "$file"; fi
  done | tar --null -T - -cf - | tar -xf - -C "$1"
  if [ -e .venv ]; then ln -s "$root/.venv" "$1/.venv"; fi
}

header() {  # header PATCH NAME: the value of a line at the patch's beginning
  sed -n "/^diff /q; s/^$2: *//p" "$1"
}

source_files() {  # source_files PATCH: what it touches beside tests and documents
  git apply --numstat "$1" | cut -f3 | grep -vE '^(tests|docs)/|\.md$' || true
}

build() {  # build TREE PROGRAM: object files that are like those of this tree come from ccache
  local trainer=OFF
  case $2 in test_device | test_data | test_model | test_train | test_trainer) trainer=ON ;; esac
  export CCACHE_BASEDIR=$1 CCACHE_NOHASHDIR=1
  cmake -S "$1" -B "$1/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DESPALIER_TESTS=ON -DESPALIER_BENCH=OFF \
    -DESPALIER_TRAINER=$trainer >"$1/configure.log" || { cat "$1/configure.log" >&2; return 1; }
  ninja -C "$1/build" "$2" >&2
}

try() {  # try PATCH: one member of the JSON object
  local patch=$1 name tree program tests files count
  name=$(basename "$patch" .patch)
  tree=$scratch/$name
  program=$(header "$patch" Program)
  tests=$(header "$patch" Tests)
  files=$(source_files "$patch")
  count=$(grep -c . <<<"$files" || true)
  if [ -z "$program" ] || [ -z "$tests" ]; then
    echo "$patch names no program or no tests (nothing would be run). Begin it with 'Program: ...' and 'Tests: ...'." >&2
    return 1
  fi
  if [ "$count" -gt "$most_files" ]; then
    echo "$patch touches $count source files (at most $most_files): $(tr '\n' ' ' <<<"$files")" >&2
    return 1
  fi
  copy_tree "$tree"
  (cd "$tree" && GIT_CEILING_DIRECTORIES=$scratch git apply --whitespace=nowarn "$patch")
  "$root/.venv/bin/python" scripts/check_tests.py "$tree" >&2
  build "$tree" "$program"
  "$tree/build/bin/$program" --warn NoTests "$tests" >&2
  rm -rf "$tree"
  printf '"%s": {"source_files": %d, "passed": true}' "$name" "$count"
}

patches=("$@")
if [ ${#patches[@]} -eq 0 ]; then patches=(tests/long/patches/*.patch); fi
separator='{'
for patch in "${patches[@]}"; do
  member=$(try "$(realpath "$patch")")
  printf '%s%s' "$separator" "$member"
  separator=', '
done
echo '}'
