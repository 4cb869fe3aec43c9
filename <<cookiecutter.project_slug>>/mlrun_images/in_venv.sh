#!/bin/sh
# Runs a command in the project's virtual environment, for the Makefile: `sh mlrun_images/in_venv.sh pytest`.
# uv first makes the environment complete. Where there is no uv, pip gets it into .uv.
# A set-up that fails says so in one line, and the next call does it again.
set -u
export UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 # the machine's certificates: the setting's new and old name
venv=${UV_PROJECT_ENVIRONMENT:-.venv}
case $venv in /*) ;; *) export UV_PROJECT_ENVIRONMENT="$PWD/$venv" ;; esac # not at a uv workspace's root
state=$venv.setup # empty, or not while packages are installed

give_up() { # $1: what the failed command printed
    unchanged=true # uv fetches everything before it installs anything
    case $1 in
    *ertificate* | *CERTIFICATE*)
        line="A certificate is not trusted here:"
        line="$line name the file of its authority by SSL_CERT_FILE=/path/to/ca.pem" ;;
    *"incompatible with the project"*)
        line="MLRun needs Python 3.11, and UV_PYTHON is ${UV_PYTHON:-another}:"
        line="$line unset it, or name one by UV_PYTHON=/path/to/python3.11" ;;
    *"No interpreter found"* | *python-build-standalone*)
        line="Python 3.11, which MLRun needs, is not here and cannot be downloaded:"
        line="$line install it, or name one by UV_PYTHON=/path/to/python3.11" ;;
    *"error sending request"* | *"is disabled"* | *"was disabled"* | *"from versions: none"*)
        line="The packages could not be installed: go online, and type the same again" ;;
    *)
        unchanged=false
        words=$(printf '%s\n' "$1" | grep -i -m 1 -E 'denied|read-only|no space' || printf '%s' "$1")
        line="The set-up failed: $(printf '%s' "$words" | tr -s '[:space:]' ' ' | cut -c 1-300)" ;;
    esac
    if $unchanged && [ -w "$state" ]; then : >"$state"; fi
    printf '%s\n' "$line" >&2
    exit 1
}

get_uv() {
    echo "Getting uv into .uv" >&2
    said=$(mkdir -p .uv 2>&1) || give_up "$said"
    if ! python3 -m venv --clear .uv/venv >/dev/null 2>&1; then
        rm -rf .uv
        echo "uv is needed: install it (https://docs.astral.sh/uv), or a Python 3 with venv," \
            "which gets it (Debian and Ubuntu: apt-get install python3-venv)" >&2
        exit 1
    fi
    [ -z "${SSL_CERT_FILE:-}" ] || export PIP_CERT="${PIP_CERT:-$SSL_CERT_FILE}"
    said=$(.uv/venv/bin/python -m pip install --only-binary uv uv 2>&1) || give_up "$said"
    mv .uv/venv/bin/uv .uv/uv && rm -rf .uv/venv
}

remove_if_moved() { # the commands in a virtual environment begin with its path
    [ -f "$venv/pyvenv.cfg" ] && [ -f "$venv/bin/activate" ] || return
    here=$(cd "$venv" && pwd) there=$(cd "$venv" && pwd -P)
    grep -qF -e "$here" -e "$there" "$venv/bin/activate" || rm -rf "$venv"
}

set_up() {
    case ${UV_PYTHON:-} in
    *3.11* | */* | *[\<\>]*) ;;
    *3.[0-9]*) give_up "incompatible with the project" ;;
    esac
    remove_if_moved
    [ -d "$venv" ] || echo "Installing into $venv" >&2
    said=$( (: >>"$state") 2>&1) || give_up "$said"
    exec 9>>"$state"
    flock 9 2>/dev/null # another call may be at it; macOS has no flock
    again=
    [ ! -s "$state" ] || again=--reinstall # that one was killed: uv takes half a package for a whole one
    echo "installing" >"$state"
    said=$("$uv" sync --quiet --inexact $again 2>&1) ||
        "$uv" sync --quiet --inexact $again --offline 2>/dev/null || give_up "$said" # uv's cache may do
    : >"$state"
    exec 9>&-
}

for uv in "${UV:-uv}" uv .uv/uv; do
    "$uv" --version >/dev/null 2>&1 && break
done
[ "$uv" != .uv/uv ] || [ -x .uv/uv ] || get_uv
[ -n "${UV_NO_SYNC:-}" ] || set_up
# as modules of the environment's Python: the PATH may have other commands of these names
case $1 in python | true) ;; *) set -- python -P -m "$@" ;; esac
exec "$uv" run --quiet --no-sync "$@"
