"""The errors a user of stancekit can meet, in one tree.

StancekitError
├── InputError            something the user gave is wrong: file, line or field, and what was expected
│   ├── CodebookError     a codebook
│   ├── ConfigError       a training config
│   ├── DataError         a file of statements or seeds
│   ├── ArticleError      an article that cannot be read
│   └── CheckpointError   a checkpoint folder
├── OutputError           a result that cannot be written
└── MissingExtraError     an optional dependency is not installed
"""


class StancekitError(Exception):
    """Base of every error that stancekit raises on purpose; its text is one clear line for the user."""


class InputError(StancekitError):
    """Something that the user gave is wrong."""


class CodebookError(InputError):
    """A codebook is not what it should be."""


class ConfigError(InputError):
    """A training config is not what it should be."""


class DataError(InputError):
    """A file of statements or seeds is not what it should be."""


class ArticleError(InputError):
    """An article cannot be read."""


class CheckpointError(InputError):
    """A checkpoint folder is missing, damaged, or does not fit."""


class OutputError(StancekitError):
    """A result cannot be written."""


class MissingExtraError(StancekitError):
    """An optional dependency is missing; the message names the extra to install."""
