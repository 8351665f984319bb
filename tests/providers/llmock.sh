#!/bin/sh
# Drives every wire format against llmock, a server that others wrote: it fails as providers fail,
# and judges how its client took it.
#
#   tests/providers/llmock.sh [ASK]      target/debug/examples/ask, built by `cargo test --no-run`
#
# Needs python3 with venv and pip; installs the server into a temporary folder. Without them, or
# without an index to install from, nothing is tested and the exit code is 0.
set -u

PACKAGE=llmock==0.2.2
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$(dirname "$here")")
ask=${1:-$root/target/debug/examples/ask}
[ -x "$ask" ] || { echo "no program at $ask" >&2; exit 2; }

. "$root/tests/pip.sh"
install 60 "$PACKAGE"

"$scratch/venv/bin/python" "$here/llmock.py" "$scratch/venv/bin/llmock" "$ask"
