#!/usr/bin/env bash
# The same reservation as one PostgreSQL transaction, on this machine: three lines of stock, one
# order row, synchronous_commit = on; and a promise, which also chooses the place and can be
# released. Prints transactions per second; compare with `certus bench --scenario steady` in the
# same sitting. Needs Debian's packages postgresql and postgresql-contrib; makes and removes a
# cluster of its own below /tmp.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
seconds=${1:-10}
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
home=$(mktemp -d /tmp/certus-postgres.XXXXXX)
cp "$here"/*.sql "$home"
as_postgres() { if [ "$(id -u)" = 0 ]; then su postgres -c "$1"; else bash -c "$1"; fi; }
[ "$(id -u)" = 0 ] && chown -R postgres "$home"
stop() { as_postgres "$bin/pg_ctl -D $home/data -m immediate stop >/dev/null"; rm -rf "$home"; }
trap stop EXIT
as_postgres "$bin/initdb -D $home/data -A trust >/dev/null"
as_postgres "$bin/pg_ctl -D $home/data -w -l $home/log -o \"-k $home -c listen_addresses='' -c shared_buffers=1GB -c synchronous_commit=on -c max_wal_size=8GB\" start >/dev/null"
as_postgres "$bin/createdb -h $home certus && $bin/psql -q -h $home -d certus -f $home/schema.sql"
for script in reservation promise; do
    if [ $script = promise ]; then # whoever releases promises looks for those that end
        as_postgres "$bin/psql -q -h $home -d certus -c 'CREATE INDEX ON orders (valid_until)'"
    fi
    for clients in 8 16 32; do
        printf '%-12s clients %-3s ' $script "$clients"
        as_postgres "$bin/pgbench -h $home -n -M prepared -c $clients -j 2 -T $seconds -f $home/$script.sql certus" | grep '^tps'
    done
done
