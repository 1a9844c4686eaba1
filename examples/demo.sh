#!/bin/sh
# The ten-minute tour in one go: plan, apply and plan again, on a copy, so that the example stays as it is.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
demo="$here/.demo/riverside"
rm -rf "$here/.demo"
mkdir -p "$here/.demo"
cp -R "$here/examples/riverside" "$demo"

bold='' plain=''
if [ -t 1 ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi

run() {
	printf '\n%s$ %s%s\n' "$bold" "$*" "$plain"
	"$@"
}

cd "$demo"
run reconciler validate
run reconciler plan || test $? -eq 2
run reconciler apply --yes
run reconciler plan
run reconciler ledger verify
