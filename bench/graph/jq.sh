#!/usr/bin/env bash
# Edges and cycles as a shell script of the kind finds them: one jq to list the ids, one a ticket for its
# dependencies, and a depth-first search in bash. Far less than the other programs do.
set -euo pipefail
declare -A dependencies dependents color
edges=0 cycles=0
mapfile -t ids < <(jq -r '.tickets[].id' "$1")
for id in "${ids[@]}"; do
  dependencies[$id]=$(jq -r --arg id "$id" '.tickets[] | select(.id == $id) | .dependencies[]' "$1")
  for dependency in ${dependencies[$id]}; do
    dependents[$dependency]+="$id "
    edges=$((edges + 1))
  done
done
visit() {
  color[$1]=open
  local dependency
  for dependency in ${dependencies[$1]}; do
    case ${color[$dependency]:-} in
      '') visit "$dependency" ;;
      open) cycles=$((cycles + 1)) ;;
    esac
  done
  color[$1]=done
}
for id in "${ids[@]}"; do [ -n "${color[$id]:-}" ] || visit "$id"; done
echo "{\"edges\": $edges, \"cycles\": $cycles, \"megabytes\": 0}"
