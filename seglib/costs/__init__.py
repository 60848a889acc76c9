"""What a net and its resolution cost: operations, time and memory, counted and measured."""
