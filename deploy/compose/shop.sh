#!/bin/sh
# Writes the log of a shop: orders and charges, and now and then a database that has run out of connections.
#
#   LOG_FILE          where to, standard output without
#   PAUSE_SECONDS     between two lines
#   QUIET_LINES       of an ordinary day between two incidents
#   INCIDENT_LINES    of an incident
set -eu
log_file=${LOG_FILE:-/dev/stdout}
pause=${PAUSE_SECONDS:-0.05}
quiet_lines=${QUIET_LINES:-6000}
incident_lines=${INCIDENT_LINES:-600}
log_bytes_max=10000000
seed=4711

# Sets `number` to one from 0 to $1 - 1: the same ones in every run.
draw() {
  seed=$(((seed * 1103515245 + 12345) % 2147483648))
  number=$((seed / 65536 % $1))
}

say() {
  echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $1" >>"$log_file"
}

ordinary_line() {
  draw 100000
  order=$number
  draw 20
  case $number in
    0) say "WARN stock of item $order is low" ;;
    1 | 2) say "INFO user $order signed in" ;;
    3 | 4 | 5 | 6) say "INFO order $order shipped" ;;
    7 | 8 | 9 | 10 | 11) say "INFO charge for order $order captured" ;;
    *) say "INFO order $order placed" ;;
  esac
}

while true; do
  line=0
  while [ "$line" -lt "$quiet_lines" ]; do
    ordinary_line
    line=$((line + 1))
    sleep "$pause"
  done
  line=0
  while [ "$line" -lt "$incident_lines" ]; do
    ordinary_line
    say "ERROR charge for order $order failed: no connection to the database, all 50 are in use"
    line=$((line + 1))
    sleep "$pause"
  done
  # Begun anew, so that it fills no disk; whoever tails it begins anew as well.
  if [ -f "$log_file" ] && [ "$(wc -c <"$log_file")" -gt "$log_bytes_max" ]; then
    : >"$log_file"
  fi
done
