"""One tree of errors, and one table: error → exit code → HTTP problem type.

Messages never carry a name, an ID number or pixels; they say what was wrong and what to do.
"""

from __future__ import annotations

from typing import ClassVar


class IdcheckError(Exception):
    """Root of every error that idcheck raises on purpose.

    Attributes:
        code: stable machine-readable code, such as ``photo.truncated``.
        exit_code: exit status of the command line.
        http_status: status of the HTTP problem (RFC 9457) that the service answers with.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500


class UsageError(IdcheckError):
    """The caller's own arguments cannot be used (a date that is none, an unknown measure)."""

    code = "usage"
    exit_code = 2
    http_status = 422


class PolicyError(UsageError):
    """A policy file that is not TOML, has unknown keys or values out of range."""

    code = "policy.invalid"


class PhotoError(IdcheckError):
    """Root of everything that keeps a photo from being decoded."""

    code = "photo"
    exit_code = 3
    http_status = 422


class PhotoEmptyError(PhotoError):
    """No bytes at all."""

    code = "photo.empty"


class PhotoNotAnImageError(PhotoError):
    """The bytes are no image format that idcheck knows."""

    code = "photo.not_an_image"
    http_status = 415


class PhotoUnsupportedError(PhotoError):
    """A known format in a variant that is not read: 16-bit samples, a missing optional decoder."""

    code = "photo.unsupported"
    http_status = 415


class PhotoAnimatedError(PhotoError):
    """More than one frame: which one to check is not ours to guess."""

    code = "photo.animated"


class PhotoTruncatedError(PhotoError):
    """The file ends before its picture does."""

    code = "photo.truncated"


class PhotoCorruptError(PhotoError):
    """The decoder refuses the bytes."""

    code = "photo.corrupt"


class PhotoTooLargeError(PhotoError):
    """More bytes or more pixels than the policy's limits; decided before decoding."""

    code = "photo.too_large"
    http_status = 413


class PhotoTooSmallError(PhotoError):
    """Fewer pixels on the short side than any card could be read from."""

    code = "photo.too_small"


class PhotoNotReadableError(PhotoError):
    """The path cannot be opened: it is missing, a folder, or not permitted."""

    code = "photo.not_readable"


class ComponentError(IdcheckError):
    """Root of what is wrong with the installation rather than with the submission."""

    code = "component"
    exit_code = 4
    http_status = 503


class MissingComponentError(ComponentError):
    """A weight file, an engine or an optional package is not installed; the message says what to run."""

    code = "component.missing"


class WeightsCorruptError(ComponentError):
    """A weight file differs from the sha256 that the manifest names."""

    code = "component.corrupt"


class EngineError(ComponentError):
    """A reading engine failed on its own account (crash, time-out), not because of the photo."""

    code = "component.engine"


class WorkerError(IdcheckError):
    """Root of what leaves one of many submissions without an answer, in a process of its own."""

    code = "worker"


class WorkerDiedError(WorkerError):
    """The process died: a crash in native code, or the system was out of memory."""

    code = "worker.died"


class WorkerTimeoutError(WorkerError):
    """It took longer than the caller's limit, and was ended."""

    code = "worker.timed_out"


class UnforeseenError(WorkerError):
    """An exception that nobody thought of; the message has its type and place, and nothing of its text."""

    code = "worker.unforeseen"
