#!/usr/bin/env bash
# Configures and builds Release into build/ (or $ESPALIER_BUILD); all, or the targets in $ESPALIER_TARGETS. Extra arguments go to cmake's configure step.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${ESPALIER_BUILD:-build}
# Paths below this folder do not count for ccache: a second clone on one machine compiles nothing anew.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release "$@" >"${build//\//_}.configure.log" 2>&1 || {
  cat "${build//\//_}.configure.log" >&2
  exit 77
}
rm -f "${build//\//_}.configure.log"
# shellcheck disable=SC2086
cmake --build "$build" ${ESPALIER_TARGETS:+--target $ESPALIER_TARGETS}
