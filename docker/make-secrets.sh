#!/bin/sh
# Random secrets for docker-compose.yml, once: docker/make-secrets.sh [FOLDER]
# The files are readable to every account, because the containers' accounts read them; the folder is closed instead.
set -eu
folder=${1:-var/secrets}
[ ! -e "$folder/secret_key" ] || { echo "$folder already holds secrets; delete it to make new ones" >&2; exit 1; }
random() { od -An -tx1 -N24 /dev/urandom | tr -d ' \n'; }
mkdir -p "$folder"
chmod 700 "$folder"
umask 022
owner=$(random) app=$(random)
printf '%s%s' "$(random)" "$(random)" >"$folder/secret_key"
random >"$folder/postgres_password"
printf '%s' "$owner" >"$folder/owner_password"
printf '%s' "$app" >"$folder/app_password"
printf 'postgres://mingjing_owner:%s@postgres:5432/mingjing' "$owner" >"$folder/database_owner_url"
printf 'postgres://mingjing_app:%s@postgres:5432/mingjing' "$app" >"$folder/database_url"
echo "secrets are in $folder"
