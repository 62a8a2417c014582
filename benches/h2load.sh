#!/usr/bin/env bash
# The same call by a client that is not ours: h2load (Debian's nghttp2-client), a closed loop over one message. Starts a
# server of its own unless a URL is named; with --tls one that encrypts, with --mutual one that asks for certificates as
# well: h2load.sh [--tls|--mutual] [REQUESTS] [CALLS ON THEIR WAY A CONNECTION] [URL]. h2load has no certificate to show, so
# that with --mutual socat does it between them, whose cost is in the figures. h2load looks at the HTTP status only; what is
# answered is checked by `zhiyi load`.
set -euo pipefail
cd "$(dirname "$0")/.."
security=
case ${1:-} in
  --tls | --mutual)
    security=$1
    shift
    ;;
esac
requests=${1:-100000} calls=${2:-8} url=${3:-}
command -v h2load >/dev/null || { echo "h2load is missing: apt-get install nghttp2-client" >&2; exit 1; }
zhiyi=$(realpath -m "${CARGO_TARGET_DIR:-target}")/release/zhiyi
work=$(mktemp -d)
source tests/clients/serve.sh
tunnel=
trap 'stop; [[ -z $tunnel ]] || kill "$tunnel"; rm -rf "$work"' EXIT
if [[ -z $url ]]; then
  [[ -x $zhiyi ]] || cargo build --locked --release
  settings=()
  if [[ -n $security ]]; then
    tests/clients/certificates.sh "$work"
    settings=(--set "tls.certificate=$work/server.pem" --set "tls.key=$work/server.key")
  fi
  [[ $security != --mutual ]] || settings+=(--set "tls.client_ca=$work/ca.pem")
  serve "$work/server" "${settings[@]}"
  case $security in
    "") url=http://$address ;;
    --tls) url=https://$address ;;
    --mutual)
      command -v socat >/dev/null || { echo "socat is missing: apt-get install socat" >&2; exit 1; }
      port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
      certificate=cert=$work/client.pem,key=$work/client.key,cafile=$work/ca.pem,commonname=localhost
      socat "TCP-LISTEN:$port,bind=127.0.0.1,fork,reuseaddr,nodelay" "OPENSSL:$address,$certificate,nodelay" &
      tunnel=$!
      url=http://127.0.0.1:$port
      for _ in $(seq 50); do
        (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
        sleep 0.1
      done
      ;;
  esac
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
