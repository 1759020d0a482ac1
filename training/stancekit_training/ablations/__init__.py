"""What each choice of data, network and training brings: a list of runs that differ from one base in one thing."""
