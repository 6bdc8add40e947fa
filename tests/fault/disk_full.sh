#!/usr/bin/env bash
# A disk that fills up: ingest and build say so with the remedy, nothing half-written counts, and with room again both
# go through. Needs root for a small file system of its own; without it the test is skipped (exit 77).
set -uo pipefail
SOUK=${SOUK:-$(dirname "$0")/../../build/souk}
work=$(mktemp -d /tmp/souk-full-XXXXXX)
small=$work/small
mkdir "$small"
if ! mount -t tmpfs -o size=24m tmpfs "$small" 2>/dev/null; then
  rmdir "$small" "$work"
  echo "skipped: mounting a small file system needs root"
  exit 77
fi
trap 'umount "$small"; rm -rf "$work"' EXIT
fail() { echo "FAILED: $1"; exit 1; }

"$SOUK" generate history --out "$work/shop" --users 500 --products 100 --transactions 60000 --events 60000 --format csv -q || fail "generate"
data=$small/data

"$SOUK" --data-dir "$data" ingest "$work/shop" -q >"$work/out" 2>&1 && fail "an ingest of more than the disk holds went through"
grep -q "No space left on device" "$work/out" || fail "the message does not say that the disk is full: $(cat "$work/out")"
grep -q "free some space" "$work/out" || fail "the message says no remedy: $(cat "$work/out")"
echo "ingest: $(tail -1 "$work/out")"

mount -o remount,size=64m "$small"
"$SOUK" --data-dir "$data" ingest "$work/shop" -q >/dev/null || fail "the ingest with room did not go through"
used=$(du -sm "$small" | cut -f1)
mount -o remount,size=$((used + 2))m "$small"
"$SOUK" --data-dir "$data" build -q >"$work/out" 2>&1 && fail "a build of more than the disk holds went through"
echo "build: $(tail -1 "$work/out")"
grep -qiE "no space left|disk is full|free some space" "$work/out" || fail "the message does not say that the disk is full: $(cat "$work/out")"

mount -o remount,size=512m "$small"
"$SOUK" --data-dir "$data" build -q >/dev/null || fail "the build with room did not go through"
lines=$("$SOUK" --data-dir "$data" sql "SELECT count(*) FROM fact_transactions" --format csv | tail -1)
[ "$lines" = 60000 ] || fail "$lines lines in the warehouse, 60000 were generated"
echo "a full disk stopped ingest and build with a clear message; with room again both went through"
