#!/usr/bin/env bash
# Soak: constant load while dictionaries are reloaded again and again; prints the server's memory over time and every
# answer that was not right. soak.sh [DURATION] [RELOADS] [MESSAGES A SECOND]; by default 30 minutes, 1,000, 1,000.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=$(python3 -c 'import re,sys; n,u=re.fullmatch(r"(\d+)([smh])",sys.argv[1]).groups(); print(int(n)*{"s":1,"m":60,"h":3600}[u])' "${1:-30m}")
reloads=${2:-1000} rate=${3:-1000}
zhiyi=$(realpath -m "${CARGO_TARGET_DIR:-target}")/release/zhiyi
[[ -x $zhiyi ]] || cargo build --locked --release
every=$((seconds * 1000 / (reloads + 1)))
code=0
report=$("$zhiyi" load --json --lang en --profile mifenjie --duration "${seconds}s" --total $((seconds * rate)) --reload-every "${every}ms") || code=$?
python3 - "$report" <<'PYTHON'
import json, sys
report = json.loads(sys.argv[1])
step, swaps, memory = report["steps"][0], report["swaps"], report["server_memory"]
print(f"{step['sent']:,} messages, {step['right']:,} right, {step['lost']} lost, faults {step['faults'] or 'none'}; {swaps['reloads']} reloads")
print(f"p99 {step['latency_ms']['p99']:.1f} ms; during reloads {swaps['during_ms']['p99']:.1f} ms, otherwise {swaps['without_ms']['p99']:.1f} ms")
print("minute  RSS MiB")
for sample in memory:
    print(f"{sample['seconds'] / 60:6.1f}  {sample['mib']:7.1f}")
half = [s["mib"] for s in memory[len(memory) // 2 :]]
print(f"second half: {min(half):.1f} to {max(half):.1f} MiB, peak {report['server_peak_rss_mib']:.1f} MiB")
PYTHON
exit "$code"
