"""Long work in its own process, watched through the store."""
