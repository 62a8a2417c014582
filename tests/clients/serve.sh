# Functions for scripts that need a server of their own, to be sourced: `serve OUT ARGUMENT…` starts `$zhiyi serve` on a
# free port, with its output in OUT.out and OUT.err, and sets `server` (its process) and `address`; `stop` ends it.
server=
stop() {
  if [[ -n $server ]]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  server=
}
serve() {
  local out=$1
  shift
  # Port 0: the system chooses a free one, and the server says which.
  "$zhiyi" serve --listen 127.0.0.1:0 "$@" >"$out.out" 2>"$out.err" &
  server=$!
  address=
  for _ in $(seq 600); do
    address=$(sed -n 's/^listening on //p' "$out.out")
    if [[ -n $address ]]; then return; fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  cat "$out.err" >&2
  echo "the server did not start" >&2
  exit 1
}
