#!/usr/bin/env bash
# Independent clients over TLS and over mutual TLS, each with tokens: Python (generated and by reflection), Node, and a
# health probe; and those that must be refused. Needs openssl and the built program. PYTHON is an interpreter with
# tests/clients/python/requirements.txt, NODE_CLIENT a folder with tests/clients/node and its packages.
set -euo pipefail
cd "$(dirname "$0")/../.."
zhiyi=$(realpath -m "${CARGO_TARGET_DIR:-target}")/release/zhiyi
python=${PYTHON:-python3} node_client=${NODE_CLIENT:-tests/clients/node}
work=$(mktemp -d)
source tests/clients/serve.sh
trap 'stop; rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1

tests/clients/certificates.sh "$work"
openssl rand -hex 32 >"$work/token"
printf 'administer %s\n' "$(<"$work/token")" >"$work/tokens"
token=(--token-file "$work/token")
ca=(--ca "$work/ca.pem")
certificate=(--cert "$work/client.pem" --key "$work/client.key")
stranger=(--cert "$work/stranger.pem" --key "$work/stranger.key")

probe() { "$python" tests/clients/python/health_probe.py --server "$address" "$@"; }
clients() {
  for client in generated reflection; do
    echo "-- $client client"
    "$python" "tests/clients/python/${client}_client.py" --server "$address" "${token[@]}" "$@"
  done
  echo "-- Node client"
  # TLS names no server by its number.
  node "$node_client/client.js" --server "${address/127.0.0.1/localhost}" --proto "$PWD/proto" "${token[@]}" "$@"
  echo "-- health probe"
  probe "$@"
}
# refused WHO ARGUMENT…: must not get through to the service.
refused() {
  local who=$1 heard
  shift
  if heard=$(probe "$@" 2>/dev/null); then
    echo "$who was not refused: $heard" >&2
    exit 1
  fi
  if [[ $heard != UNAVAILABLE ]]; then
    echo "$who: wanted a connection that fails, got $heard" >&2
    exit 1
  fi
  echo "refused: $who"
}
# unauthenticated WHO ARGUMENT…: gets through, but no client test passes that needs a token.
unauthenticated() {
  local who=$1
  shift
  local heard
  heard=$("$python" tests/clients/python/generated_client.py --server "$address" "$@" || true)
  if ! grep -q 'UNAUTHENTICATED' <<<"$heard" || grep -q '^ok     recognize$' <<<"$heard"; then
    printf '%s was not refused:\n%s\n' "$who" "$heard" >&2
    exit 1
  fi
  echo "refused: $who"
}

settings=(--dictionaries dictionaries --set "tls.certificate=$work/server.pem" --set "tls.key=$work/server.key"
  --set "tokens.file=$work/tokens" --set log.level=warn)

echo "== TLS"
serve "$work/tls" "${settings[@]}"
clients "${ca[@]}"
refused "a client without TLS"
refused "a client that trusts another authority" --ca "$work/other.pem"
unauthenticated "a client without token" "${ca[@]}"
stop

echo "== mutual TLS"
serve "$work/mutual" "${settings[@]}" --set "tls.client_ca=$work/ca.pem"
clients "${ca[@]}" "${certificate[@]}"
refused "a client without TLS"
refused "a client without certificate" "${ca[@]}"
refused "a client with another authority's certificate" "${ca[@]}" "${stranger[@]}"
stop
