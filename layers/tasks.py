"""Work for the background worker; the queue is a table of the database."""

from procrastinate.contrib.django import app


@app.task(name="import_upload", queue="layers")
def import_upload(*, run: int) -> None:
    """Import what a waiting run asks for."""
    from layers.running import run_import

    run_import(run)
