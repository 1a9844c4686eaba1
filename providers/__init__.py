"""One package per channel to Apple, found by entry point; `simulator` is a pretend Apple behind real protocols."""
