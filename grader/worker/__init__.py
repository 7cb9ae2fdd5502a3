"""The process that runs students' programs inside the sandbox: warm start, runners, recorder, old spellings. Started by name,
imported by no other room; what parses and what measures runs in workers of the same kind."""
