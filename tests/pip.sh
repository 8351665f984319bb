# To be sourced: a temporary folder `$scratch`, removed at the end, and what others wrote installed into it.

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

skip() { echo "skipped: $1"; exit 0; }

# install SECONDS ARGUMENTS...: what pip is told to install, into the environment `$scratch/venv`; the last
# names the package. Ends the script with exit code 0 where that cannot be.
install() {
    seconds=$1
    shift
    for package; do :; done
    command -v python3 >/dev/null || skip "python3 is not installed"
    python3 -m venv "$scratch/venv" >"$scratch/log" 2>&1 ||
        skip "python3 cannot make a venv: $(head -1 "$scratch/log")"
    timeout "$seconds" "$scratch/venv/bin/pip" install --quiet --retries 0 --timeout 10 --disable-pip-version-check \
        "$@" >"$scratch/log" 2>&1 || skip "$package could not be installed: $(tail -1 "$scratch/log")"
}
