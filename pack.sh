#!/usr/bin/env bash
# Writes all packages into one folder (default: artifacts/): ./pack.sh [folder] [arguments of dotnet build and pack]
set -eu -o pipefail
cd "$(dirname "$0")"

folder=${1:-artifacts}
[ $# -gt 0 ] && shift
# These two reference the other libraries, so this builds each library once.
for library in Hub.Redis Discussions; do
  dotnet build "packages/SseFunctions.$library" --configuration Release --nologo --verbosity quiet "$@"
done
for library in Streaming Hub Hub.Redis Discussions; do
  dotnet pack "packages/SseFunctions.$library" --no-build --configuration Release --output "$folder" \
    --nologo --verbosity quiet "$@"
done
dotnet pack packages/SseFunctions.Templates --configuration Release --output "$folder" --nologo --verbosity quiet "$@"
ls "$folder"
