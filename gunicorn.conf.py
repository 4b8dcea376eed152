"""What gunicorn does beside answering; it reads this file in the folder that it is started in."""

from gunicorn.workers.base import Worker


def post_worker_init(worker: Worker) -> None:
    from gisplan.web.warming import warm_up  # the models are known only now

    warm_up(worker.wsgi)
