#!/bin/sh
# sh fashion_mnist.sh FOLDER: puts the two image files of Fashion-MNIST there, from Debian's package
# dataset-fashion-mnist, which is unpacked but not installed. hifm runs it when they are missing,
# and verifies them.
set -eu
[ $# = 1 ] || { echo "usage: sh fashion_mnist.sh FOLDER" >&2 && exit 2; }
if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
  echo "fashion_mnist.sh: not a Debian system; put train-images-idx3-ubyte.gz and" \
    "t10k-images-idx3-ubyte.gz of Fashion-MNIST into datasets/fashion_mnist/" >&2
  exit 1
fi
mkdir -p "$1"
work=$(mktemp -d "$1/fashion-XXXXXX")
trap 'rm -rf "$work"' EXIT
if ! (cd "$work" && apt-get download dataset-fashion-mnist); then
  echo "fashion_mnist.sh: package not found; try apt-get update, or apt-get install dataset-fashion-mnist" >&2
  exit 1
fi
dpkg -x "$work"/dataset-fashion-mnist_*.deb "$work"
mv "$work"/usr/share/datasets/fashion-mnist/*-images-idx3-ubyte.gz "$1"
