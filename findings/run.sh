#!/bin/sh
# Runs all findings, or those that are named, and prints what changed:
# `sh findings/run.sh [NAME ...]`.
set -u
cd "$(dirname "$0")" || exit 2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM
if [ $# -eq 0 ]; then set -- *.sh; fi

same=0
changed=0
for name in "$@"; do
    name=${name%.sh}
    case $name in common | run) continue ;; esac
    if sh "./$name.sh" >"$log" 2>&1; then
        same=$((same + 1))
    else
        changed=$((changed + 1))
        printf '%s:\n' "$name"
        sed 's/^/    /' "$log"
    fi
done
echo "$same as found, $changed not"
[ "$changed" -eq 0 ]
