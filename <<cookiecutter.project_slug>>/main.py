"""The project's command. `python main.py` shows what it can do."""

from pathlib import Path

from mlrun_images.looking.commands import main

if __name__ == "__main__":
    main(obj=Path(__file__).resolve().parent)
