"""From a file to a clean, versioned data set."""
