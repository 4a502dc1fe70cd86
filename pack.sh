#!/usr/bin/env bash
# Writes all packages into one folder: ./pack.sh [folder] [more arguments of dotnet pack]. Default: artifacts/.
set -eu -o pipefail
cd "$(dirname "$0")"

folder=${1:-artifacts}
[ $# -gt 0 ] && shift
for project in packages/*/*.csproj; do
  dotnet pack "$project" --configuration Release --output "$folder" --nologo --verbosity quiet "$@"
done
ls "$folder"
