# The stages of ./dev test. A stage that fails does not stop the later ones; the table at the end has the minutes
# of each, and the last line names those that failed. A suite that does not exist yet has no stage.

all_stages=(lint release unit scenario contract fault browser interop asan tsan fuzz)
concurrent_rooms=(net schedule log broker kafka sql generate stream serve app)

run_stages() {
  local stages=("$@") stage started status failed=() table=() total=$SECONDS
  [ $# -gt 0 ] || stages=("${all_stages[@]}")
  for stage in "${stages[@]}"; do
    declare -F "stage_$stage" >/dev/null || die "there is no test stage '$stage'." "There are: ${all_stages[*]}"
  done
  started=$SECONDS
  setup test
  table+=("$(row set-up $((SECONDS - started)) ok)")
  for stage in "${stages[@]}"; do
    stage_exists "$stage" || continue
    say "── $stage"
    started=$SECONDS
    mkdir -p build/results && rm -f "$(results "$stage")"
    # A stage runs in a shell of its own: the first command that fails ends the stage, and only the stage.
    set +e
    (set -e; "stage_$stage")
    status=$?
    set -e
    [ $status -eq 0 ] || failed+=("$stage")
    table+=("$(row "$stage" $((SECONDS - started)) "$([ $status -eq 0 ] && echo ok || echo FAILED)")")
  done
  table+=("$(row total $((SECONDS - total)) "$([ ${#failed[@]} -eq 0 ] && echo ok || echo FAILED)")")
  printf '\nstage      minutes  result\n'
  printf '%s\n' "${table[@]}"
  [ ${#failed[@]} -eq 0 ] || { failures "${failed[@]}"; printf '\nfailed: %s\n' "${failed[*]}"; return 1; }
}

# failures STAGE…: their failed tests once more, which have long scrolled by.
failures() {
  local stage
  for stage in "$@"; do
    printf '\n── %s\n' "$stage"
    python3 tests/results.py failed "$(results "$stage")"
  done
}

# results STAGE: the file in JUnit's format that its suite writes.
results() { echo "$PWD/build/results/$1.xml"; }

row() { printf '%-10s %4d:%02d  %s' "$1" $(($2 / 60)) $(($2 % 60)) "$3"; }

stage_exists() {
  case $1 in
    scenario | contract | fault | browser | interop | fuzz) [ -d "tests/$1" ] ;;
    *) true ;;
  esac
}

# suite PRESET ARG…: ctest in that build, for the stage; a suite without a single test is a mistake.
suite() {
  local dir results status=0
  dir=$(build_dir "$1")
  results=$(results "$stage")
  shift
  ctest --test-dir "$dir" --output-on-failure --no-tests=error -j "$(nproc)" --output-junit "$results" "$@" || status=$?
  python3 tests/results.py skipped "$results"
  return $status
}

stage_lint() { lint; }

# Every later stage calls it too, so that each can be asked for alone.
release() {
  configure_release
  compile release
}

release_suite() {
  release
  suite release -L "^$1\$"
}

stage_release() {
  release
  "$SOUK" --version
}

stage_unit() {
  npm --prefix web test
  release_suite unit
}

stage_scenario() { release_suite scenario; }
stage_contract() { release_suite contract; }
stage_fault() { release_suite fault; }

stage_browser() {
  release
  need_node_modules tests/browser
  RESULTS=$(results browser) npm --prefix tests/browser test
}

stage_interop() {
  release
  need_interop
  local name
  for name in $(script_names tests/interop); do run_script "$(script tests/interop "$name")"; done
}

# Sanitizer builds make the rooms' tests only: the program itself is the release build's business.
stage_asan() { sanitized asan '.*' $(room_tests); }

stage_tsan() {
  local targets
  targets=$(room_tests "${concurrent_rooms[@]}")
  [ -n "$targets" ] || { echo "no concurrent room has tests"; return 1; }
  export TSAN_OPTIONS="suppressions=$PWD/tests/tsan.supp detect_deadlocks=0"
  sanitized tsan "^($(IFS='|'; echo "${concurrent_rooms[*]}"))[.]" $targets
}

# sanitized PRESET TESTS TARGET…: unit tests whose names match, which begin with their room.
sanitized() {
  local preset=$1 tests=$2
  shift 2
  configure "$preset"
  compile "$preset" "$@"
  suite "$preset" -L '^unit$' -R "$tests"
}

# room_tests [ROOM…]: the test programs of these rooms, or of all that have tests.
room_tests() {
  local room
  [ $# -gt 0 ] || set -- $(sed -n 's/^\([a-z]*\):.*/\1/p' layers.txt)
  for room in "$@"; do
    [ -z "$(find "src/$room" -name '*_test.cc' -print -quit 2>/dev/null)" ] || echo "souk_${room}_test"
  done
}

# The corpora are replayed by the objects that asan has made; ./dev fuzz builds its own, which look for more.
stage_fuzz() {
  configure asan
  compile asan $(fuzz_names | sed 's/$/_fuzz/')
  suite asan -L '^fuzz$'
}
