#!/bin/sh
# Builds the emulator into the folder given, for the tests of the CUDA backend. Where it cannot be built those tests are
# skipped, except in CI.
set -e
build=$1
cd "$(dirname "$0")/.."

cannot() {
    echo "emulator: $1: the tests of the CUDA backend are skipped"
    if [ "$CI" = true ]; then
        echo "emulator: in CI they may not be skipped"
        exit 1
    fi
    exit 0
}

[ "$(uname -m)" = x86_64 ] || cannot "JCuda has no native library for $(uname -m)"
for tool in "${CXX:-g++}" make; do
    command -v "$tool" > /dev/null || cannot "there is no $tool (Debian: apt-get install g++ make)"
done
make -s -j "$(getconf _NPROCESSORS_ONLN)" BUILD="$build" emulator selftest
