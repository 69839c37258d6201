-- Who may do what, for the embedded server and for docker/postgres-init.sh alike. Repeatable: a start that
-- was cut short is finished by the next one. Passwords come from the environment, never from the command line.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD

SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY['mingjing_owner', 'mingjing_app']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
-- CREATEDB: the tests make a database of their own.
ALTER ROLE mingjing_owner LOGIN NOSUPERUSER NOCREATEROLE CREATEDB PASSWORD :'owner_password';
ALTER ROLE mingjing_app LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD :'app_password';

SELECT 'CREATE DATABASE mingjing' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'mingjing') \gexec
ALTER DATABASE mingjing OWNER TO mingjing_owner;

\connect mingjing
\ir privileges.sql
-- In template1 too, so that a database made for the tests grants and refuses what the real one does.
\connect template1
\ir privileges.sql
