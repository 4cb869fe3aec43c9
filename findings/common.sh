# What a finding is made of. Each NAME.sh reads this file, and says in this order:
#     packages NAME==VERSION ...    what it needs, in a temporary folder until the end
#     expected <<'END' ... END      the output that was seen when it was found
#     program <<'END' ... END       the Python program, whose output is shown and compared
# It exits 0 if the output is the expected one, 1 if it is another, 2 if packages cannot be had.
set -u
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
mkdir "$folder/home" "$folder/work" "$folder/tmp"

packages() {
    root=$(cd "$(dirname "$0")/.." && pwd)
    for uv in "${UV:-uv}" uv "$root/.uv/uv" ""; do
        [ -z "$uv" ] || "$uv" --version >/dev/null 2>&1 && break
    done
    if [ -n "$uv" ]; then
        "$uv" venv --no-project --python 3.11 "$folder/venv" &&
            "$uv" pip install --python "$folder/venv" "$@"
    else
        python3.11 -m venv "$folder/venv" && "$folder/venv/bin/python" -m pip install "$@"
    fi >"$folder/installing" 2>&1 || { cat "$folder/installing"; exit 2; }
    echo "$*"
}

expected() {
    cat >"$folder/expected"
}

program() {
    cat >"$folder/work/program.py"
    unset MLRUN_DBPATH PYTHONPATH
    export HOME="$folder/home" TMPDIR="$folder/tmp" PATH="$folder/venv/bin:$PATH"
    # MLRun writes its log to the output
    export MLRUN_IGNORE_ENV_FILE=true MLRUN_LOG_LEVEL=CRITICAL
    (cd "$folder/work" && "$folder/venv/bin/python" program.py) \
        >"$folder/seen" 2>"$folder/errors" || tail -n 5 "$folder/errors" >>"$folder/seen"
    cat "$folder/seen"
    diff "$folder/expected" "$folder/seen" >"$folder/changes" && exit 0
    echo "This changed (<: expected, >: seen):"
    cat "$folder/changes"
    exit 1
}
