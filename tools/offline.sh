#!/bin/sh
# Runs the whole suite where no network can be reached but this machine's own loopback, or another
# program of .venv's Python.      usage: sh tools/offline.sh [PROGRAM ARGUMENTS]

[ $# -gt 0 ] || set -- -m pytest
if ! command -v unshare >/dev/null 2>&1 || ! unshare --map-root-user --net true 2>/dev/null; then
    echo "This needs Linux's unshare and the right to use it: nothing was run." >&2
    exit 1
fi
exec unshare --map-root-user --net sh -c 'ip link set lo up && exec .venv/bin/python "$@"' sh "$@"
