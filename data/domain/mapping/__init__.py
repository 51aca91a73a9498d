"""What another tool's files mean here: a TOML file (docs/howto/load.md), run as SQL over the staged files."""
