#!/bin/sh
# Run once by the official image on an empty volume, as the superuser; again by hand after passwords change:
#   docker compose exec postgres sh /docker-entrypoint-initdb.d/10-roles.sh
set -eu
OWNER_PASSWORD=$(cat /run/secrets/owner_password)
APP_PASSWORD=$(cat /run/secrets/app_password)
export OWNER_PASSWORD APP_PASSWORD
psql -X -q --username "${POSTGRES_USER:-postgres}" --dbname postgres --file /mingjing/roles.sql
