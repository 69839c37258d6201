-- In one database: the owner makes the tables, the application may fill them, neither alter nor truncate them.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO mingjing_app;
ALTER DEFAULT PRIVILEGES FOR ROLE mingjing_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO mingjing_app;
ALTER DEFAULT PRIVILEGES FOR ROLE mingjing_owner GRANT USAGE, SELECT ON SEQUENCES TO mingjing_app;
ALTER DEFAULT PRIVILEGES FOR ROLE mingjing_owner GRANT EXECUTE ON FUNCTIONS TO mingjing_app;
-- After a large import the application tells the planner what the tables hold now.
ALTER DEFAULT PRIVILEGES FOR ROLE mingjing_owner GRANT MAINTAIN ON TABLES TO mingjing_app;
