#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lacking.sh NAME WHAT: stands for the test NAME where WHAT is not installed: a skip; under CI, which installs it, a failure.
set -u
echo 1..1
[ "${CI:-}" = true ] || { echo "ok 1 /desktop/$1 # SKIP $2 is not installed"; exit 0; }
echo "not ok 1 /desktop/$1"
echo "# $2 is not installed, and CI is to have it"
exit 1
