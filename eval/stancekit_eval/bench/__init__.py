"""What stancekit costs: codebooks of 1 to 80 targets, other methods, runtimes, a folder end to end, start-up."""
