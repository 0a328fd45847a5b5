#!/usr/bin/env bash
# Tests the versions that pyproject.toml promises: the lowest of every library, then the newest.
# `scripts/ends.sh lowest` or `newest` tests one end. Run it by `make ends`, which installs uv.
#
# Only the product's libraries are lowest or newest; the tools of the tests are those of
# constraints.txt. Nothing is compiled: a version that has no wheel is no version that can be promised.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=.venv/bin/uv
tools="$(grep -E '^(dkimpy|hypothesis|pynacl|pytest|pytest-xdist|scikit-learn|trustme)==' constraints.txt)"
# The tests that only read our source say the same at every end.
unit=(tests/unit --ignore tests/unit/test_architecture.py --ignore tests/unit/test_paths.py
  --ignore tests/unit/test_libraries.py)
# What older libraries lost was the web site's, the command line's and the client's, not the unit tests'.
more=(tests/web tests/e2e/test_cli*.py tests/network/sources/http --ignore tests/web/test_openapi.py)

is_pinned() {  # LIBRARIES
  [ -z "$(comm -23 <(sort "$1") <(sed 's/ *;.*//' constraints.txt | sort))" ]
}

test_end() {  # NAME RESOLUTION TESTS...
  local name="$1" resolution="$2" folder=".venv/ends/$1" started=$SECONDS
  shift 2
  "$uv" venv --quiet --clear --python .venv/bin/python "$folder"
  "$uv" pip compile --quiet --no-build --no-header --no-annotate --upgrade \
    --resolution "$resolution" --python "$folder/bin/python" --all-extras pyproject.toml --output-file "$folder/libraries.txt"
  # shellcheck disable=SC2086 (one argument for each tool)
  VIRTUAL_ENV="$folder" "$uv" pip install --quiet --requirement "$folder/libraries.txt" $tools
  VIRTUAL_ENV="$folder" "$uv" pip install --quiet --no-deps --editable .
  echo "$name: $(tr '\n' ' ' <"$folder/libraries.txt")"
  if is_pinned "$folder/libraries.txt"; then
    echo "$name: these are the versions of constraints.txt, which \`make test\` tests"
    return
  fi
  "$folder/bin/python" -m pytest --quiet --numprocesses auto --dist worksteal -p no:cacheprovider \
    --hypothesis-profile fast -k "not time_that_grows" -m "not slow" "$@" >"$folder/report.txt" ||
    { cat "$folder/report.txt" && exit 1; }
  "$folder/bin/digest" demo --out "$folder/demo" >/dev/null
  echo "$name: $(tail -n 1 "$folder/report.txt"); digest demo works; $((SECONDS - started)) s in all"
}

case "${1:-both}" in
  lowest) test_end lowest lowest-direct "${unit[@]}" "${more[@]}" ;;
  newest) test_end newest highest "${unit[@]}" ;;
  both)
    test_end lowest lowest-direct "${unit[@]}" "${more[@]}"
    test_end newest highest "${unit[@]}"
    ;;
  *) echo "which end, lowest or newest?" >&2; exit 2 ;;
esac
