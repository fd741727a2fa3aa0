"""What is true of papers and screens before anybody asks a question about them. Pure."""
