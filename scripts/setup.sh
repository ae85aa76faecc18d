#!/bin/sh
# Makes .venv from the hashed requirement files, with Kangban itself in it, editable.
#   scripts/setup.sh        everything, development tools included
#   scripts/setup.sh run    only what `make run` needs
# Does nothing when nothing changed. UV_* and PIP_* of this machine are honoured; UV_PYTHON picks the interpreter.
set -eu

mode=${1:-dev}
case $mode in
    dev) wanted=requirements-dev.txt ;;
    run) wanted=requirements.txt ;;
    *) echo "setup: unknown mode '$mode' (run or dev)" >&2; exit 2 ;;
esac

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$root"
venv=$root/.venv
stamp=$venv/.kangban-stamp
unset PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME VIRTUAL_ENV CONDA_PREFIX
export UV_PYTHON_DOWNLOADS=never PIP_DISABLE_PIP_VERSION_CHECK=1

say() { echo "setup: $*" >&2; }
stop() { say "$*"; exit 1; }

# A moved or copied checkout needs a new environment, so the path is part of the print.
print_of() { printf '%s\n%s %s\n' "$root" "$1" "$(cat "$1" pyproject.toml scripts/setup.sh | cksum)"; }

is_fresh() {
    [ -f "$stamp" ] && "$venv/bin/python" -c '' 2>/dev/null || return 1
    found=$(cat "$stamp")
    [ "$found" = "$(print_of requirements-dev.txt)" ] || [ "$found" = "$(print_of "$wanted")" ]
}

# A command of the right name may exist and fail (pyenv's shims do), so each candidate has to run.
find_python() {
    for candidate in ${UV_PYTHON:-} python3.13 python3.12 python3.11 python3; do
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
        "$candidate" -c 'import sys; print(sys.executable)' && return 0
    done
    return 1
}

find_uv() {
    for candidate in uv "$root/.tools/bin/uv"; do
        if "$candidate" --version >/dev/null 2>&1; then echo "$candidate"; return 0; fi
    done
    return 1
}

install_uv() {
    say "no uv on PATH: installing one into .tools"
    rm -rf .tools
    if "$python" -m venv .tools >/dev/null 2>&1 && .tools/bin/python -m pip install --quiet 'uv>=0.9' >&2; then return 0; fi
    rm -rf .tools
    if "$python" -m pip install --quiet --target .tools 'uv>=0.9' >&2; then return 0; fi
    rm -rf .tools
    return 1
}

# uv does not read pip's settings; on many machines they are the only place that names a near mirror.
borrow_pip_settings() {
    if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
        mirror=${PIP_INDEX_URL:-$("$python" -m pip config get global.index-url 2>/dev/null || true)}
        [ -z "$mirror" ] || export UV_DEFAULT_INDEX="$mirror"
    fi
    if [ -n "${PIP_EXTRA_INDEX_URL:-}" ] && [ -z "${UV_INDEX:-}${UV_EXTRA_INDEX_URL:-}" ]; then
        # Every file is held to its hash, so taking the best match of several indexes is safe here.
        export UV_INDEX="$PIP_EXTRA_INDEX_URL" UV_INDEX_STRATEGY="${UV_INDEX_STRATEGY:-unsafe-best-match}"
    fi
    if [ -n "${PIP_FIND_LINKS:-}" ] && [ -z "${UV_FIND_LINKS:-}" ]; then
        export UV_FIND_LINKS="$(echo "$PIP_FIND_LINKS" | tr ' ' ',')"
    fi
    if [ -n "${PIP_CERT:-}" ] && [ -z "${SSL_CERT_FILE:-}" ]; then export SSL_CERT_FILE="$PIP_CERT"; fi
    if [ -n "${PIP_DEFAULT_TIMEOUT:-}" ] && [ -z "${UV_HTTP_TIMEOUT:-}" ]; then
        export UV_HTTP_TIMEOUT="$PIP_DEFAULT_TIMEOUT"
    fi
}

# uv runs from /, because exclude-newer in pyproject.toml is for choosing versions: many mirrors give no upload times.
uv_pip_install() { (cd / && "$uv" pip install --quiet --python "$venv/bin/python" --compile-bytecode "$@"); }

compile_own() { "$venv/bin/python" -m compileall -q -j 0 src || true; }

if is_fresh; then
    exit 0
fi

python=$(find_python) || stop "Python 3.11 or newer is needed and none runs here: install it (Debian: apt install python3 python3-venv)"
uv=$(find_uv) || { install_uv && uv=$(find_uv); } ||
    stop "uv is needed and could not be installed: install uv, or pip and venv for $python (Debian: apt install python3-venv)"
borrow_pip_settings

# The environment is kept only while it is ours, runs, stands where it was made and is new enough.
if ! "$venv/bin/python" -c 'import os, sys; sys.exit(sys.version_info < (3, 11) or os.path.realpath(sys.prefix) != sys.argv[1])' "$venv" 2>/dev/null ||
    { [ -f "$stamp" ] && [ "$(sed -n 1p "$stamp")" != "$root" ]; }; then
    rm -rf "$venv"
    say "making .venv with $python"
    (cd / && "$uv" venv --quiet --no-project --python "$python" "$venv")
fi
rm -f "$stamp"
say "installing $wanted"
uv_pip_install --require-hashes -r "$root/$wanted"
uv_pip_install --no-deps -e "$root"
compile_own
print_of "$wanted" > "$stamp"
say "done"
