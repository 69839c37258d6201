"""A file of rules (规则目录): facts, parameters, rules and profiles, read strictly."""
