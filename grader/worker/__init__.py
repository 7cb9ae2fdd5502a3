"""The only code that runs inside the sandbox: warm start, runners, recorder. Started by name, imported by no other room."""
