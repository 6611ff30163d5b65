#!/bin/sh
# Says hello; more is planned in tasks.yaml.
echo "Hello, ${1:-you}"
