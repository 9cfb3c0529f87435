"""The quality gate: how a quantised voice compares with the same voice in float."""

from quantize.compare.figures import Figures, Remembering, SentenceFigures, Speaker, Speed
from quantize.compare.judging import judge

__all__ = ["Figures", "Remembering", "SentenceFigures", "Speaker", "Speed", "judge"]
