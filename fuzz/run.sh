#!/usr/bin/env bash
# Runs the fuzz targets, led by coverage, with the stable toolchain: run.sh [SECONDS] [TARGET…]; 60 s each and all of them
# where left out. Inputs that make a target fail stand in artifacts/ afterwards. `cargo fuzz run TARGET` does the same
# where a nightly toolchain is at hand, with the address sanitizer on top; unsafe code is denied here, so little is lost.
# `cargo test --test fuzz` in the main folder gives the same targets some hundred inputs each.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-60}
shift || true
targets=("$@")
[[ ${#targets[@]} -gt 0 ]] || targets=(normalizer entities request bundle tables)
host=$(rustc -vV | sed -n 's/^host: //p')
# What cargo-fuzz passes, less the sanitizer.
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions -Coverflow-checks"
# A target given, the flags stay away from build scripts.
cargo build --locked --release --target "$host"
failed=()
for target in "${targets[@]}"; do
  printf '\n== %s, %s s\n' "$target" "$seconds"
  mkdir -p "corpus/$target" "artifacts/$target"
  # Inputs of any length at once: the slow targets would never come to longer ones. A busy machine is no slow input.
  ZHIYI_FUZZ_SEEDS="corpus/$target" "target/$host/release/$target" "corpus/$target" \
    -artifact_prefix="artifacts/$target/" -max_total_time="$seconds" -max_len=4096 -len_control=0 -timeout=60 \
    -rss_limit_mb=2048 -print_final_stats=1 >"artifacts/$target.log" 2>&1 || failed+=("$target")
  grep -E 'panicked|ERROR|SUMMARY|Test unit|stat::(number_of|average_exec|peak)|DONE' "artifacts/$target.log" || true
done
if [[ ${#failed[@]} -gt 0 ]]; then
  echo "failed: ${failed[*]}; the inputs and logs stand in $PWD/artifacts" >&2
  exit 1
fi
echo "no input made a target fail"
