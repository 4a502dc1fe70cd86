#!/usr/bin/env bash
# Writes all packages into one folder: ./pack.sh [folder] [more arguments of dotnet pack]. Default: artifacts/.
set -eu -o pipefail
cd "$(dirname "$0")"

folder=${1:-artifacts}
[ $# -gt 0 ] && shift
# The last of the libraries in the order of references builds them all, once.
dotnet build packages/SseFunctions.Hub.Redis --configuration Release --nologo --verbosity quiet "$@"
for library in Streaming Hub Hub.Redis; do
  dotnet pack "packages/SseFunctions.$library" --no-build --configuration Release --output "$folder" --nologo --verbosity quiet "$@"
done
dotnet pack packages/SseFunctions.Templates --configuration Release --output "$folder" --nologo --verbosity quiet "$@"
ls "$folder"
