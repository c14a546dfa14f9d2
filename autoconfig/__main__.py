"""``python -m autoconfig``: the command."""

from autoconfig.cli import main

if __name__ == "__main__":
    main()
