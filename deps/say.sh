# Messages of ./dev, one form for all: progress on standard error, an error ends the run and says what to do.

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
[ -t 2 ] || say() { printf '%s\n' "$*" >&2; }

die() {
  printf 'dev: %s\n' "$1" >&2
  shift
  local line
  for line in "$@"; do printf '     %s\n' "$line" >&2; done
  exit 1
}

# quietly LOG COMMAND…: runs the command with its output in LOG; shows the end of it when the command fails.
quietly() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 </dev/null && return 0
  local status=$?
  tail -n 20 "$log" >&2
  return $status
}
