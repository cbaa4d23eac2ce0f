"""Reading an operator's file, whatever it is: row after row, in little memory, trusting nothing."""
