#!/usr/bin/env bash
# Builds piece by piece against builds of everything, over random histories of input that is added, changed, late and
# removed, with builds that die on the way. --rounds N histories (default 50) from --seed S on (default 1000).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
rounds=50 seed=1000
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=$2 ;;
    --seed) seed=$2 ;;
    *) echo "histories.sh [--rounds N] [--seed S]" >&2; exit 64 ;;
  esac
  shift 2
done
ninja -C build souk_warehouse_test >/dev/null
SOUK_HISTORIES=$rounds SOUK_HISTORY_SEED=$seed exec build/src/warehouse/souk_warehouse_test --gtest_filter='Histories.*'
