#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The template as a third party has it: copied out of the tree, built with make and pkg-config
# against this build tree, and against an installation of it, then scanned.
# usage: template.sh SOURCE-FOLDER BUILD-FOLDER
source=$1 build=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
n=0

# check NAME: builds a copy and scans it
check () {
  n=$((n + 1))
  cp -r "$source/data/plugin-template" "$folder/copy"
  if CFLAGS=-Werror make -C "$folder/copy" >"$folder/log" 2>&1 &&
      "$build/core/host/registry/assay-scan" "$folder/copy/assay-template.so" 2>>"$folder/log" |
        tee -a "$folder/log" | grep -q '"id":"template","license"'; then
    echo "ok $n $1"
  else
    sed 's/^/# /' "$folder/log"
    echo "not ok $n $1"
  fi
  rm -rf "$folder/copy"
}

echo "TAP version 13"
n=1
if [ "$(wc -l <"$source/data/plugin-template/study.c")" -le 60 ]; then
  echo "ok 1 /template/has-at-most-60-lines"
else
  echo "not ok 1 /template/has-at-most-60-lines"
fi
unset PKG_CONFIG_SYSROOT_DIR
export PKG_CONFIG_PATH="$build/meson-uninstalled"
check /template/builds-against-the-build-tree
DESTDIR=$folder/root meson install -C "$build" --no-rebuild --tags devel >"$folder/log" 2>&1 || sed 's/^/# /' "$folder/log"
PKG_CONFIG_PATH=$(dirname "$(find "$folder/root" -name assay.pc)")
export PKG_CONFIG_SYSROOT_DIR="$folder/root"
check /template/builds-against-an-installation
echo "1..$n"
