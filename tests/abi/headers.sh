#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every public header, alone, as C99 and as C++.
# usage: headers.sh INCLUDE-FOLDER
include=$1
n=0

# check NAME COMPILER LANGUAGE FLAG...
check () {
  name=$1 compiler=$2 language=$3
  shift 3
  n=$((n + 1))
  if ! command -v "$compiler" >/dev/null; then
    echo "ok $n $name # SKIP there is no $compiler"
  elif echo "#include <assay/$header>" |
      "$compiler" -x "$language" "$@" -pedantic -Wall -Wextra -Werror -fsyntax-only -I"$include" - 2>&1 | sed 's/^/# /' | grep .; then
    echo "not ok $n $name"
  else
    echo "ok $n $name"
  fi
}

echo "TAP version 13"
for header in plugin.h random.h; do
  check "/headers/$header-alone-as-c99" cc c -std=c99
  check "/headers/$header-alone-as-c11" cc c -std=c11
  check "/headers/$header-alone-as-c++" g++ c++ -std=c++11
done
echo "1..$n"
