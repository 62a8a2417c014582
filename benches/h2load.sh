#!/usr/bin/env bash
# The same call by a client that is not ours: h2load (Debian's nghttp2-client), a closed loop over one message. Starts a
# server of its own, with --tls one that encrypts, unless a URL is named: h2load.sh [--tls] [REQUESTS] [CALLS ON THEIR WAY
# A CONNECTION] [URL]. h2load looks at the HTTP status only, trusts every certificate, and has none to show, so that there
# is no mutual TLS; what is answered is checked by `zhiyi load`.
set -euo pipefail
cd "$(dirname "$0")/.."
tls=
if [[ ${1:-} == --tls ]]; then
  tls=yes
  shift
fi
requests=${1:-100000} calls=${2:-8} url=${3:-}
command -v h2load >/dev/null || { echo "h2load is missing: apt-get install nghttp2-client" >&2; exit 1; }
zhiyi=$(realpath -m "${CARGO_TARGET_DIR:-target}")/release/zhiyi
work=$(mktemp -d)
source tests/clients/serve.sh
trap 'stop; rm -rf "$work"' EXIT
if [[ -z $url ]]; then
  [[ -x $zhiyi ]] || cargo build --locked --release
  if [[ -n $tls ]]; then
    tests/clients/certificates.sh "$work"
    serve "$work/server" --set "tls.certificate=$work/server.pem" --set "tls.key=$work/server.key"
    url=https://$address
  else
    serve "$work/server"
    url=http://$address
  fi
fi
# A gRPC frame around a RecognizeRequest with field 1, the text.
python3 - "帮我查下明天广州飞北京的CZ3102几点起飞" >"$work/body" <<'PYTHON'
import struct, sys
text = sys.argv[1].encode()
message = bytes([0x0A, len(text)]) + text
sys.stdout.buffer.write(struct.pack(">BI", 0, len(message)) + message)
PYTHON
h2load -n "$requests" -c 8 -m "$calls" -d "$work/body" -H "content-type: application/grpc" -H "te: trailers" \
  "$url/zhiyi.v1.Recognizer/Recognize" | grep -E '^(TLS Protocol|Cipher|finished|requests|status|time for request)'
