"""Public sets: fine-tune on a set's own rows, then measure on its test as its literature does."""
