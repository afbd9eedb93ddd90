"""Files on disk: written whole or not at all, read with their columns checked, recognised by their content.

In: tables, paths. Out: CSV and parquet files, hashes, the one-line InputError. Uses nothing else of the library.
"""
