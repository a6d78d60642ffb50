"""The command: arguments in, sentences out."""
