#!/usr/bin/env bash
# Prints the folder for the files of tests: one in memory, or the usual one.
#
# Memory must have 2 GB free, and programs must run from there, which containers forbid by default:
# the tests of the package install one.
set -euo pipefail
memory=/dev/shm
usual="${TMPDIR:-/tmp}"

fits() {
  [ -w "$memory" ] &&
    [ "$(df --output=avail --block-size=1M "$memory" | tail -n 1)" -ge 2048 ] &&
    ! grep -q "^[^ ]* $memory [^ ]* [^ ]*\bnoexec\b" /proc/mounts
}

if fits 2>/dev/null; then echo "$memory"; else echo "$usual"; fi
