"""
The machinery of an MLRun project that makes images. README.md says what it is and how it is
updated.
"""

__version__ = "2.0.0"
