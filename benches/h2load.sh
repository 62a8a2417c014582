#!/usr/bin/env bash
# The same call by a client that is not ours: h2load (Debian's nghttp2-client), a closed loop over one message. Starts a
# server of its own unless one is named: h2load.sh [REQUESTS] [CALLS ON THEIR WAY A CONNECTION] [SERVER]. h2load looks at
# the HTTP status only; what is answered is checked by `zhiyi load`.
set -euo pipefail
cd "$(dirname "$0")/.."
requests=${1:-100000} calls=${2:-8} address=${3:-}
command -v h2load >/dev/null || { echo "h2load is missing: apt-get install nghttp2-client" >&2; exit 1; }
zhiyi=$(realpath -m "${CARGO_TARGET_DIR:-target}")/release/zhiyi
work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
if [[ -z $address ]]; then
  [[ -x $zhiyi ]] || cargo build --locked --release
  "$zhiyi" serve --listen 127.0.0.1:0 >"$work/out" 2>"$work/err" &
  server=$!
  for _ in $(seq 600); do
    address=$(sed -n 's/^listening on //p' "$work/out")
    [[ -n $address ]] && break
    kill -0 "$server" 2>/dev/null || { cat "$work/err" >&2; exit 1; }
    sleep 0.1
  done
fi
# A gRPC frame around a RecognizeRequest with field 1, the text.
python3 - "帮我查下明天广州飞北京的CZ3102几点起飞" >"$work/body" <<'PYTHON'
import struct, sys
text = sys.argv[1].encode()
message = bytes([0x0A, len(text)]) + text
sys.stdout.buffer.write(struct.pack(">BI", 0, len(message)) + message)
PYTHON
h2load -n "$requests" -c 8 -m "$calls" -d "$work/body" -H "content-type: application/grpc" -H "te: trailers" \
  "http://$address/zhiyi.v1.Recognizer/Recognize" | grep -E '^(finished|requests|status|time for request)'
