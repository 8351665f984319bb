#!/bin/sh
# Drives `rlm-repl run` against aimock, a server of the OpenAI format that others wrote.
#
#   tests/providers/aimock.sh [BINARY]      target/debug/rlm-repl, or target/release/rlm-repl
#
# Needs node and npm; installs the server into a temporary folder. Without them, or without a
# registry to install from, nothing is tested and the exit code is 0.
set -u

PACKAGE=@copilotkit/aimock@1.43.0
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$(dirname "$here")")

if [ $# -ge 1 ]; then
    binary=$1
elif [ -x "$root/target/debug/rlm-repl" ]; then
    binary=$root/target/debug/rlm-repl
else
    binary=$root/target/release/rlm-repl
fi
case $binary in /*) ;; *) binary=$PWD/$binary ;; esac
[ -x "$binary" ] || { echo "no program at $binary" >&2; exit 2; }

scratch=$(mktemp -d)
server=
stop_server() {
    [ -z "$server" ] || { kill "$server"; wait "$server"; } 2>/dev/null
    server=
}
trap 'stop_server; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

skip() { echo "skipped: $1"; exit 0; }
command -v node >/dev/null || skip "node is not installed"
command -v npm >/dev/null || skip "npm is not installed"
(cd "$scratch" && timeout 60 npm install --no-save --no-audit --no-fund --fetch-retries 0 --fetch-timeout 20000 "$PACKAGE") >"$scratch/npm.log" 2>&1 ||
    skip "$PACKAGE could not be installed: $(grep -v -i warn "$scratch/npm.log" | head -1)"

# start_server FLAGS...: sets $url.
start_server() {
    port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
    node "$scratch/node_modules/.bin/llmock" -p "$port" -f "$here/aimock" "$@" >"$scratch/server.log" 2>&1 &
    server=$!
    url=http://127.0.0.1:$port/v1
    tries=0
    until node -e 'require("net").connect(+process.argv[1], "127.0.0.1").on("connect", () => process.exit(0)).on("error", () => process.exit(1))' "$port"; do
        tries=$((tries + 1))
        if [ $tries -eq 100 ] || ! kill -0 "$server" 2>/dev/null; then
            echo "the server did not start:" >&2
            cat "$scratch/server.log" >&2
            exit 1
        fi
        sleep 0.1
    done
}

# ask MODEL CONTEXT FLAGS...: leaves $code, $out, $err and $seconds. MODEL may name its provider.
ask() {
    case $1 in *:*) model=$1 ;; *) model=openai:$1 ;; esac
    case $1 in gemini:*) base=${url%/v1} ;; *) base=$url ;; esac
    printf '%s' "$2" >"$scratch/context.txt"
    shift 2
    began=$(date +%s)
    env -u OPENAI_API_KEY -u OPENAI_BASE_URL -u RLM_MODEL -u RLM_SUB_MODEL -u RLM_CONFIG -u HOME -u XDG_CONFIG_HOME \
        "$binary" run --model "$model" --base-url "$base" --context "$scratch/context.txt" "$@" "What is in it?" \
        >"$scratch/out" 2>"$scratch/err"
    code=$?
    seconds=$(($(date +%s) - began))
    out=$(cat "$scratch/out")
    err=$(cat "$scratch/err")
}

passed=0
failed=0
# check NAME CODE OUT PATTERN: exit code, whole answer, and an extended regex some line of stderr matches.
check() {
    if [ "$code" -eq "$2" ] && [ "$out" = "$3" ] && printf '%s\n' "$err" | grep -Eq -- "$4"; then
        passed=$((passed + 1))
        echo "ok    $1"
    else
        failed=$((failed + 1))
        printf 'FAIL  %s\n  want exit %s, answer "%s", stderr like: %s\n  got exit %s, answer "%s", stderr:\n' "$1" "$2" "$3" "$4" "$code" "$out"
        printf '%s\n' "$err" | sed 's/^/    /'
    fi
}
# check_that NAME COMMAND...
check_that() {
    name=$1
    shift
    if "$@"; then passed=$((passed + 1)); echo "ok    $name"; else failed=$((failed + 1)); echo "FAIL  $name: $*"; fi
}

start_server
ask test-model 'one
two
three'
check "two turns, a variable kept between them" 0 "3 lines, 13 characters" '^2 turns, 0 sub-calls, .*; openai:test-model: 2 calls, 1,900 tokens in, 50 out, price unknown$'

for provider in responses anthropic gemini; do
    ask "$provider:test-model" 'one
two
three'
    check "two turns by way of $provider" 0 "3 lines, 13 characters" "; $provider:test-model: 2 calls, 1,900 tokens in, 50 out, price unknown\$"
done

ask asks-others 'France Japan Nepal' --sub-model openai:reader
check "a batch of sub-calls, answers in order" 0 "Paris; Tokyo; Kathmandu" '^1 turn, 3 sub-calls, .*; openai:reader: 3 calls, 33 tokens in, 8 out, price unknown$'

ask asks-others 'France Atlantis' --sub-model openai:reader
check "a sub-call the server refuses is None in its place" 0 "Paris; None" 'sub-call failed: openai:reader: request failed: 127\.0\.0\.1 answered 404: '

ask limited 'text'
check "429, then success" 0 "after the wait" '^1 turn, 0 sub-calls, '
check_that "429: Retry-After of 2 seconds was kept" [ "$seconds" -ge 2 ]

ask hiccup 'text'
check "503, then success" 0 "second try" '^1 turn, 0 sub-calls, '

ask broken 'text'
check "500 every time" 1 "" '^error: root model openai:broken: temporary failure: 127\.0\.0\.1 answered 500: the model fell over \(attempt 5, the last\)$'

ask locked 'text'
check "401 is not tried again" 1 "" '^error: root model openai:locked: authentication failed: 127\.0\.0\.1 answered 401: Incorrect API key provided$'

ask no-such-model 'text'
check "404" 1 "" '^error: root model openai:no-such-model: .* answered 404: '
stop_server

start_server --chaos-malformed 1
ask test-model 'text'
check "a body that is not JSON" 1 "" '^error: root model openai:test-model: request failed: the reply is not a chat completion '
stop_server

start_server --chaos-disconnect 1
ask test-model 'text'
check "a connection dropped every time" 1 "" '^error: root model openai:test-model: temporary failure: no answer from 127\.0\.0\.1: .* \(attempt 5, the last\)$'
stop_server

ask test-model 'text'
check "nobody listens" 1 "" '^error: root model openai:test-model: temporary failure: no answer from 127\.0\.0\.1: .*refused.* \(attempt 5, the last\)$'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
