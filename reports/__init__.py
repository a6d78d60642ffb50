"""What goes out: the release folder, its report, announcement, tables and figures."""
