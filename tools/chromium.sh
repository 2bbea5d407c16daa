#!/bin/sh
# Makes sure that there is a Chromium for the browser test; installs Debian's where it may.

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium with apt-get. This takes a minute."
    if { apt-get update && apt-get install --yes chromium; } >.venv/chromium.log 2>&1; then exit 0; fi
    echo "Chromium could not be installed: what apt-get said is in .venv/chromium.log." >&2
    exit 1
fi
echo "The browser test needs Chromium, and none was found: install it (on Debian: sudo apt install chromium), then run 'make test-browser' again." >&2
exit 1
