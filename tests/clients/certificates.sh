#!/usr/bin/env bash
# Makes an authority in a folder, and what it signed: certificates.sh FOLDER. server.pem is for localhost and 127.0.0.1,
# client.pem for clients; stranger.pem is for clients as well, by another authority that nobody trusts.
set -euo pipefail
cd "$1"

# Tells openssl's chatter only where it fails.
quietly() { "$@" 2>openssl.err || { cat openssl.err >&2; exit 1; }; }

key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
for authority in ca other; do
  quietly openssl req -x509 "${key[@]}" -keyout "$authority.key" -out "$authority.pem" -days 2 \
    -subj "/CN=Zhiyi test authority $authority"
done
# sign NAME AUTHORITY USE [ALTERNATIVE NAMES]
sign() {
  quietly openssl req "${key[@]}" -keyout "$1.key" -out "$1.csr" -subj "/CN=$1"
  printf 'extendedKeyUsage = %s\n%s\n' "$3" "${4:+subjectAltName = $4}" >"$1.ext"
  quietly openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 2 -extfile "$1.ext" \
    -out "$1.pem"
}
sign server ca serverAuth "DNS:localhost,IP:127.0.0.1"
sign client ca clientAuth
sign stranger other clientAuth
