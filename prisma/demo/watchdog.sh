# Runs PostgreSQL in the folder $1 on the port $2 until the input ends, which it does however our process ends, and
# removes the folder. The input's first line is the superuser's password. Holds the FIFO `held` open as long as it lives.
umask 077
trap '' HUP INT TERM PIPE
cd "$1" || { echo "$(id -un) cannot enter $1" >&2; exit; }
mkfifo new && exec 3<>new 4<&0 && mv new held || exit
read -r password
printf %s "$password" | native/bin/initdb --pgdata=cluster --username=postgres --pwfile=/dev/stdin \
  --auth=scram-sha-256 --encoding=UTF8 --locale=C --no-sync --no-instructions 3<&- 4<&- && {
  native/bin/postgres -D cluster -p "$2" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c fsync=off -c dynamic_shared_memory_type=mmap 3<&- 4<&- &
  server=$!
  # SIGQUIT is the immediate shutdown; the server ignores it until it has written postmaster.pid.
  { read -r _; until [ -e cluster/postmaster.pid ]; do sleep 1; done; kill -QUIT $server; } <&4 3<&- &
  wait $server
  kill -KILL $!
}
cd / && rm -rf "$1"
