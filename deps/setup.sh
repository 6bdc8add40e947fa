# What has to be there before anything can be built: Debian packages, Node, DuckDB, Kafka's message definitions, the web
# page, Python packages.
# Every function looks first and is silent and quick when nothing is missing.

cache_dir=${XDG_CACHE_HOME:-$HOME/.cache}/souk
log_dir=build/log

# list_entries FILE…: the lines without comments and blanks.
list_entries() { sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$@"; }

# missing_packages NAME…: those that are not installed, one a line.
missing_packages() {
  comm -23 <(printf '%s\n' "$@" | sort -u) \
    <(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' | sort -u)
}

# need_packages GROUP…: installs what deps/apt-GROUP.txt names and the machine lacks, all in one go.
need_packages() {
  [ "${SOUK_PACKAGES:-}" = present ] && return 0
  local group files=() names missing
  for group in "$@"; do
    found_elsewhere "$group" || files+=("deps/apt-$group.txt")
  done
  [ ${#files[@]} -gt 0 ] || return 0
  check_system
  mapfile -t names < <(list_entries "${files[@]}")
  mapfile -t missing < <(missing_packages "${names[@]}")
  [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

# Node and Java may be there from another source than Debian; any that is new enough will do.
found_elsewhere() {
  local version
  case $1 in
    node)
      command -v npm >/dev/null && version=$(node --version 2>/dev/null) || return 1
      printf '18.20\n%s\n' "${version#v}" | sort --version-sort --check=silent
      ;;
    java) command -v java >/dev/null ;;
    maven) command -v mvn >/dev/null ;;
    *) false ;;
  esac
}

check_system() {
  local name=this
  [ -r /etc/os-release ] && name=$(. /etc/os-release && echo "${PRETTY_NAME:-this}")
  case $name in
    "Debian GNU/Linux 12"*) ;;
    *) die "the lists in deps/ are for Debian 12; this machine runs $name." \
        "Install what deps/apt-*.txt name by your own means, then run: SOUK_PACKAGES=present ./dev …" ;;
  esac
  [ "$(uname -m)" = x86_64 ] || die "the prebuilt DuckDB is for x86_64; this machine is $(uname -m)."
}

install_packages() {
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "packages are missing and only root can install them. As root, run:" \
      "apt-get install --no-install-recommends $*"
    root=(sudo)
  fi
  say "installing $# package$([ $# -eq 1 ] || echo s): $(echo "$@" | cut -c1-90)…"
  quietly $log_dir/apt-update.log "${root[@]}" apt-get update -q ||
    die "the package lists could not be fetched; is there a network? The log is $log_dir/apt-update.log."
  quietly $log_dir/apt-install.log "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "$@" ||
    die "the packages could not be installed; the lines above say why. The log is $log_dir/apt-install.log."
}

# need_prebuilt: the files of deps/prebuilt.txt under build/deps. The archives stay in the cache, named by their sum.
need_prebuilt() {
  local stamp=build/deps/prebuilt.txt package sum member place
  cmp -s deps/prebuilt.txt $stamp && return 0
  while read -r package sum member place; do
    mkdir -p "build/deps/$(dirname "$place")"
    case $package in
      maven:*)
        fetch_maven_jar "${package#maven:}" "$sum"
        unpack_jar_folder "$cache_dir/$sum.jar" "$member" "build/deps/$place"
        continue
        ;;
    esac
    fetch_npm_tarball "$package" "$sum"
    if [[ $member == */ ]]; then
      unpack_folder "$cache_dir/$sum.tgz" "$member" "build/deps/$place" || die "$package holds no $member."
      continue
    fi
    tar -xzOf "$cache_dir/$sum.tgz" "$member" >"build/deps/$place.new" ||
      die "$package holds no $member; deps/prebuilt.txt and the package disagree."
    # An unchanged file keeps its time, so nothing is compiled again for it.
    if cmp -s "build/deps/$place.new" "build/deps/$place"; then rm "build/deps/$place.new"
    else mv "build/deps/$place.new" "build/deps/$place"; fi
  done < <(list_entries deps/prebuilt.txt)
  cp deps/prebuilt.txt $stamp
}

# unpack_folder TARBALL FOLDER/ PLACE/: the folder in place of what was there. Times are those of the tarball.
unpack_folder() {
  local depth
  depth=$(tr -dc / <<<"$2" | wc -c)
  rm -rf "$3"
  mkdir -p "$3"
  tar -xzf "$1" -C "$3" --strip-components="$depth" "$2"
}

fetch_maven_jar() {
  local package=$1 sum=$2 dir
  [ "$(sum_of "$cache_dir/$sum.jar")" = "$sum" ] && return 0
  need_packages maven
  say "fetching $package…"
  mkdir -p "$cache_dir"
  dir=$(mktemp -d "$cache_dir/fetch.XXXXXX")
  if ! quietly $log_dir/maven.log mvn -B -q dependency:copy "-Dartifact=$package" "-DoutputDirectory=$dir"; then
    rm -r "$dir"
    die "$package could not be fetched with mvn; is there a network? The log is $log_dir/maven.log."
  fi
  keep_fetched "$package" "$sum" "$dir" "$dir"/*.jar "$cache_dir/$sum.jar"
}

# unpack_jar_folder JAR FOLDER PLACE: the files of that folder; unchanged ones keep their time.
unpack_jar_folder() {
  python3 - "$@" <<'PYTHON' || die "$2 could not be unpacked from $1."
import pathlib, sys, zipfile
jar, folder, place = sys.argv[1:]
place = pathlib.Path(place)
place.mkdir(parents=True, exist_ok=True)
with zipfile.ZipFile(jar) as archive:
    names = [name for name in archive.namelist() if name.startswith(folder) and not name.endswith("/")]
    if not names:
        sys.exit(f"there is no {folder} in the jar")
    for name in names:
        file, content = place / pathlib.PurePosixPath(name).name, archive.read(name)
        if not file.exists() or file.read_bytes() != content:
            file.write_bytes(content)
PYTHON
}

fetch_npm_tarball() {
  local package=$1 sum=$2 dir
  [ "$(sum_of "$cache_dir/$sum.tgz")" = "$sum" ] && return 0
  say "fetching $package…"
  mkdir -p "$cache_dir"
  dir=$(mktemp -d "$cache_dir/fetch.XXXXXX")
  if ! quietly $log_dir/npm-pack.log npm pack --ignore-scripts --pack-destination "$dir" "$package"; then
    rm -r "$dir"
    die "$package could not be fetched with npm; is there a network? The log is $log_dir/npm-pack.log."
  fi
  keep_fetched "$package" "$sum" "$dir" "$dir"/*.tgz "$cache_dir/$sum.tgz"
}

# keep_fetched PACKAGE SUM DIR FILE PLACE: moves the file to its place when it is the one that is named, and removes DIR.
keep_fetched() {
  local package=$1 sum=$2 dir=$3 file=$4 place=$5 found
  found=$(sum_of "$file")
  if [ "$found" != "$sum" ]; then
    rm -r "$dir"
    die "$package is not the file that deps/prebuilt.txt names, and is not used." "expected $sum" "found    $found"
  fi
  mv "$file" "$place"
  rm -r "$dir"
}

sum_of() { [ -f "$1" ] && sha256sum "$1" | cut -d' ' -f1; }

# need_node_modules DIR: what DIR/package-lock.json names, in DIR/node_modules.
need_node_modules() {
  local dir=$1 sum
  sum=$(sum_of "$dir/package-lock.json")
  [ "$(cat "$dir/node_modules/.souk-lock" 2>/dev/null)" = "$sum" ] && return 0
  say "installing the node packages of $dir/…"
  (cd "$dir" && quietly "$OLDPWD/$log_dir/npm-ci.log" npm ci --ignore-scripts --no-audit --no-fund --prefer-offline) ||
    die "npm ci failed in $dir/; the lines above say why. The log is $log_dir/npm-ci.log."
  echo "$sum" >"$dir/node_modules/.souk-lock"
}

# need_web: the page in web/dist, built again only when a file of web/ or the answers it reads have changed.
need_web() {
  [ -f web/package.json ] || return 0
  local sources
  sources=$(find web schemas/api \( -name node_modules -o -name dist -o -name generated \) -prune -o -type f -print0 | sort -z |
    xargs -0 sha256sum | sha256sum)
  [ -f web/dist/index.html ] && [ "$(cat build/web.stamp 2>/dev/null)" = "$sources" ] && return 0
  need_node_modules web
  say "building the page…"
  (cd web && quietly "$OLDPWD/$log_dir/web.log" npm run build) ||
    die "the page does not build; the lines above say why. The log is $log_dir/web.log."
  mkdir -p build
  echo "$sources" >build/web.stamp
}

# need_python SET: sets PYTHON to the interpreter of a virtual environment with exactly deps/python-SET.txt.
# It lives in the cache under the sum of that list, so ./dev clean costs no download.
need_python() {
  local list=deps/python-$1.txt dir old
  dir=$cache_dir/python-$1-$(sum_of "$list" | cut -c1-16)
  PYTHON=$dir/bin/python
  export PYTHON
  [ -e "$dir/complete" ] && return 0
  say "installing the Python packages of $list…"
  for old in "$cache_dir/python-$1"-*; do rm -rf "$old"; done
  quietly $log_dir/venv.log /usr/bin/python3 -m venv "$dir" ||
    die "no virtual environment could be made in $dir; the log is $log_dir/venv.log."
  quietly $log_dir/pip.log "$PYTHON" -m pip install --require-hashes --disable-pip-version-check -r "$list" ||
    die "the Python packages of $list could not be installed; the log is $log_dir/pip.log."
  touch "$dir/complete"
}

# setup GROUP…: everything a build needs, and the packages of the further groups.
setup() {
  need_packages build node "$@"
  need_prebuilt
  need_web
}
