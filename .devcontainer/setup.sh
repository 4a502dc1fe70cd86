#!/usr/bin/env bash
# Installs what the tests and `func start` need beside the SDK.
set -eu -o pipefail
cd "$(dirname "$0")/.."

sudo apt-get update -qq
# With RUNLEVEL=1 apt starts no Redis service: the tests start their own.
sudo RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install --yes -qq --no-install-recommends chromium redis-server
npm install --global azure-functions-core-tools@4 --unsafe-perm true
dotnet restore SseFunctions.sln
