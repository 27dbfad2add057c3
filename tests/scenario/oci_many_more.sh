#!/usr/bin/env bash
# oci_many.sh with so many containers as take a while: 200 at once, and 1,000 beside each other.
set -euo pipefail
CUPEL_MANY=200 "$(dirname "$0")/oci_many.sh"
CUPEL_MANY=1000 "$(dirname "$0")/oci_many.sh"
