#!/usr/bin/env bash
# Writes all packages into one folder (default: artifacts/): ./pack.sh [folder] [arguments of dotnet build and pack]
set -eu -o pipefail
cd "$(dirname "$0")"

folder=${1:-artifacts}
[ $# -gt 0 ] && shift
# SseFunctions.Hub.Redis references the other two libraries, so this builds all three once.
dotnet build packages/SseFunctions.Hub.Redis --configuration Release --nologo --verbosity quiet "$@"
for library in Streaming Hub Hub.Redis; do
  dotnet pack "packages/SseFunctions.$library" --no-build --configuration Release --output "$folder" \
    --nologo --verbosity quiet "$@"
done
dotnet pack packages/SseFunctions.Templates --configuration Release --output "$folder" --nologo --verbosity quiet "$@"
ls "$folder"
