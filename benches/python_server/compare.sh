#!/usr/bin/env bash
# CPU a call of zhiyi and of a Python server that does the keyword part of the job, under the same load of the same
# messages. Needs python3; makes a virtual environment under target/. Usage: compare.sh [RATE] [DURATION]
set -euo pipefail
cd "$(dirname "$0")/../.."
rate=${1:-500} duration=${2:-10s}
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
zhiyi=$target/release/zhiyi
[[ -x $zhiyi ]] || cargo build --locked --release
venv=$target/venv-python-server
if [[ ! -x $venv/bin/python ]]; then python3 -m venv "$venv"; fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r benches/python_server/requirements.txt
work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
# The same messages for both, without the intents: the Python server knows none.
grep -v '^#' src/load/mix.tsv | cut -f3 >"$work/messages.txt"

PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" benches/python_server/server.py >"$work/out" 2>"$work/err" &
server=$!
address=
for _ in $(seq 300); do
  address=$(sed -n 's/^listening on //p' "$work/out")
  [[ -n $address ]] && break
  kill -0 "$server" 2>/dev/null || { cat "$work/err" >&2; exit 1; }
  sleep 0.1
done
load() { "$zhiyi" load --lang en --json --messages "$work/messages.txt" --rate "$rate" --duration "$duration" "$@"; }
load --server "$address" --watch "$server" >"$work/python.json" || true
kill "$server"; wait "$server" 2>/dev/null || true; server=
load >"$work/zhiyi.json" || true
python3 - "$work/python.json" "$work/zhiyi.json" <<'PYTHON'
import json, sys
steps = [json.load(open(f))["steps"][0] for f in sys.argv[1:]]
for name, step in zip(["python", "zhiyi"], steps):
    assert step["right"] == step["sent"], (name, step["faults"], step["examples"])
    print(f"{name:8} {step['server_cpu_us']:8.1f} µs of CPU a call at {step['rate']:.0f} calls/s, p99 {step['latency_ms']['p99']:.2f} ms, {step['server_rss_mib']:.0f} MiB")
print(f"python / zhiyi: {steps[0]['server_cpu_us'] / steps[1]['server_cpu_us']:.1f}")
PYTHON
