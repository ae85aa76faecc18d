#!/bin/sh
# Runs every check, also after one has failed, and ends with the list of those that did.
set -u
cd -- "$(dirname -- "$0")/.." || exit 1
unset PYTHONDONTWRITEBYTECODE
bin=.venv/bin
failed=

check() {
    name=$1
    shift
    echo "== $name" >&2
    "$@" || failed="$failed $name"
}

check ruff "$bin/ruff" check .
check format "$bin/ruff" format --check .
check types "$bin/basedpyright"
check imports "$bin/lint-imports" --no-logo
check dependencies "$bin/deptry" src
check sizes "$bin/python" -m pytest -q -n 0 tests/architecture
check packs "$bin/python" -m kangban.rules.prove

if [ -n "$failed" ]; then
    echo "check: failed:$failed" >&2
    exit 1
fi
echo "check: all passed" >&2
