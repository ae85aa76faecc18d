"""What a model meant by a broken call: repaired where one reading is left, sent back where two are."""

from kangban.agent.recovery.parse import Parsed, parse_output

__all__ = ["Parsed", "parse_output"]
