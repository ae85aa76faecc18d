#!/bin/sh
# Chooses versions anew and writes the hashed requirement files. They name no registry: hosts belong to each machine.
# The date in pyproject.toml ([tool.uv] exclude-newer) says how new a version may be.
set -eu
cd -- "$(dirname -- "$0")/.."
uv=uv
uv --version >/dev/null 2>&1 || uv=.tools/bin/uv

compile() {
    "$uv" pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
        --no-emit-index-url --no-emit-find-links --no-sources "$@" >/dev/null
}

compile pyproject.toml --output-file requirements.txt
compile pyproject.toml --group dev --constraints requirements.txt --output-file requirements-dev.txt
