"""Figures for stancekit: how often its stances are right, and what its probabilities are worth."""
