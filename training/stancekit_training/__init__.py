"""Training: config to data to fit to checkpoint. Imports stancekit and stancekit_eval; neither imports it."""
