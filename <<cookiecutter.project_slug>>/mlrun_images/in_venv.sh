#!/bin/sh
# Runs a command in the project's virtual environment (.venv), for the Makefile: `sh mlrun_images/in_venv.sh pytest`.
# uv makes the environment complete before. Where there is no uv, pip gets it into .uv.
# A set-up that fails says so in one line, and the next call does it again.
set -u
export UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 # the machine's certificates: the setting's new and old name
venv=${UV_PROJECT_ENVIRONMENT:-.venv}
incomplete=$venv.incomplete # there while packages are installed; holds the process that does it

give_up() { # what the failed command printed
    case $1 in
    *"No interpreter found"* | *python-build-standalone*)
        help="Python 3.11, which MLRun needs, is not here and cannot be downloaded:"
        help="$help install it, or name one by UV_PYTHON=/path/to/python3.11" ;;
    *ertificate* | *CERTIFICATE*)
        help="The package index has a certificate that is not trusted here:"
        help="$help name the file of its authority by SSL_CERT_FILE=/path/to/ca.pem" ;;
    *"error sending request"* | *"connectivity is disabled"* | *"network was disabled"* | *"from versions: none"*)
        help="The packages could not be installed: go online, and type the same again" ;;
    *)
        words=$(printf '%s\n' "$1" | grep -i -m 1 -E 'denied|read-only|no space' || printf '%s' "$1")
        printf 'The set-up failed: %s\n' "$(printf '%s' "$words" | tr -s '[:space:]' ' ')" >&2
        exit 1 ;;
    esac
    rm -f "$incomplete" # uv installs when it has fetched all, so nothing is half there
    printf '%s\n' "$help" >&2
    exit 1
}

get_uv() {
    echo "Getting uv into .uv" >&2
    said=$(mkdir -p .uv 2>&1) || give_up "$said"
    if ! python3 -m venv --clear .uv/venv >/dev/null 2>&1; then
        rm -rf .uv
        echo "uv is needed: install it (https://docs.astral.sh/uv), or a Python 3 with venv, which gets it" \
            "(Debian and Ubuntu: apt-get install python3-venv)" >&2
        exit 1
    fi
    export PIP_CERT="${PIP_CERT:-${SSL_CERT_FILE:-}}"
    [ -n "$PIP_CERT" ] || unset PIP_CERT
    said=$(.uv/venv/bin/python -m pip install --only-binary uv uv 2>&1) || give_up "$said"
    mv .uv/venv/bin/uv .uv/uv && rm -rf .uv/venv
}

set_up() {
    [ -d "$venv" ] || echo "Installing into $venv" >&2
    again=
    if [ -e "$incomplete" ] && ! kill -0 "$(cat "$incomplete")" 2>/dev/null; then
        again=--reinstall # that process was killed: uv would take half a package for a whole one
    fi
    said=$( (echo $$ >"$incomplete") 2>&1) || give_up "$said"
    said=$("$uv" sync --quiet --inexact $again 2>&1) || give_up "$said"
    rm -f "$incomplete"
}

for uv in "${UV:-uv}" uv .uv/uv; do
    "$uv" --version >/dev/null 2>&1 && break
done
[ "$uv" != .uv/uv ] || [ -x .uv/uv ] || get_uv
[ -n "${UV_NO_SYNC:-}" ] || set_up
exec "$uv" run --quiet --no-sync "$@"
