"""
The history of a project without a server: its runs, artifacts, functions and logs in one SQLite
file.

Only the standard library is imported here: looking at runs needs no MLRun. What a record holds is
MLRun's, as a dictionary.
"""
