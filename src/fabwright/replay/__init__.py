"""Text to trace: the independent interpreter. It shares no code with the writers."""

from fabwright.replay.read import CONTROLLERS, replay

__all__ = ["CONTROLLERS", "replay"]
