#!/usr/bin/env bash
# Prints the differences that the page's answers rest on: answers.sh OUT [ESPALIER]
set -euo pipefail
out=$1 espalier=${2:-espalier}
pair() { # EXPERIMENT TARGET A B [METRIC]
  printf '%s on %s (%s): %s less %s\n' "$1" "$2" "${5:-test.top1}" "$3" "$4"
  "$espalier" compare "$out" "source=$3" "source=$4" --experiment "$1" --where "target=$2" --by target --metric "${5:-test.top1}" | sed -n 1,3p
  echo
}
for target in held grocery; do
  for labels in 20 5 2; do pair tuned $target labels-$labels labels-80; done
  for images in 250 125 25; do pair tuned $target images-$images labels-80; done
  pair tuned $target classes-20 images-125 # 10,000 images either way
  pair tuned $target half-a images-250     # 20,000 images either way
done
for labels in 20 5 2; do
  pair far omniglot labels-$labels labels-80
  pair far mosaics labels-$labels labels-80 test.ap
  pair induction kept labels-$labels labels-80 test.top5
  pair induction kept labels-$labels untrained test.top5
  pair last-unit kept labels-$labels labels-80
done
pair induction kept labels-80 untrained test.top5
for target in held-animals held-others; do
  pair excluded $target animals others
  pair excluded $target animals half-a
  pair excluded $target others half-a
done
pair halves half-a labels-80 half-a
pair halves animals labels-80 animals
