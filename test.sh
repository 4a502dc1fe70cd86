#!/usr/bin/env bash
# Runs all tests: ./test.sh [more arguments of dotnet test]. Installs missing programs that the tests need, if it is
# root and apt-get is there; otherwise it names the tests that are left out.
# The last line is "N passed, N failed, N skipped".
set -u -o pipefail
cd "$(dirname "$0")" || exit 1

have_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null 2>&1

install_for_pages() {
  echo "Installing $1, for the tests of the page."
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$1"; } \
    >/dev/null 2>&1 || echo "apt-get failed."
}

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  have_browser || install_for_pages chromium
  # Most of these tests run faster in it, but none needs it.
  command -v chromium-headless-shell >/dev/null 2>&1 || install_for_pages chromium-headless-shell
fi
have_browser || echo "Left out: the tests of the page. They need chromium (Debian: apt-get install chromium)."

if ! command -v redis-server >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing redis-server, for the tests of the shared log."
    # With RUNLEVEL=1 apt starts no Redis service: the tests start their own.
    { apt-get update && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
      apt-get install --yes --no-install-recommends redis-server; } \
      >/dev/null 2>&1 || echo "apt-get failed."
  fi
  command -v redis-server >/dev/null 2>&1 \
    || echo "Left out: the tests of the shared log. They need redis-server (Debian: apt-get install redis-server)."
fi

if [ "$(uname -s)" = Linux ] && ! command -v ip >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing iproute2, for the tests of a network that fails."
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends iproute2; } \
      >/dev/null 2>&1 || echo "apt-get failed."
  fi
  command -v ip >/dev/null 2>&1 \
    || echo "Left out: the tests of a network that fails. They need root and ip (Debian: apt-get install iproute2)."
elif [ "$(id -u)" != 0 ]; then
  echo "Left out: the tests of a network that fails. Run this script as root on Linux."
fi

# The packages are the ones of package-lock.json. Later runs install them again only if it has changed.
clients=SseFunctions.Tests/Discussions/AdapterClients
if [ "$clients/node_modules/.package-lock.json" -nt "$clients/package-lock.json" ]; then
  :
elif command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1; then
  echo "Installing the npm packages ai and @ag-ui/client, for the tests of the adapters of discussions."
  npm ci --prefix "$clients" --ignore-scripts --no-audit --no-fund >/dev/null 2>&1 || echo "npm ci failed."
fi
[ -d "$clients/node_modules" ] \
  || echo "Left out: the tests of the adapters with their real clients. They need Node.js 20 or later, and npm."

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
# Prints one line per hundred passed tests, and every other line.
dotnet test SseFunctions.Tests --nologo --logger "trx;LogFileName=results.trx" --logger "console;verbosity=normal" \
  --results-directory "$results" "$@" \
  | awk '/^  Passed / { if (++passed % 100 == 0) { print passed " passed so far"; fflush() } next } { print; fflush() }'
status=$?

counters=$(grep -o '<Counters [^>]*>' "$results/results.trx" 2>/dev/null)
counter() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters"; }
passed=$(counter passed)
failed=$(counter failed)
total=$(counter total)
if [ -z "$counters" ]; then
  echo "No test ran: see the messages above."
  exit 1
fi
echo "$passed passed, $failed failed, $((total - passed - failed)) skipped"
exit "$status"
