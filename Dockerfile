# The same set-up as in a checkout (scripts/setup), in two stages: what is only needed to build stays in the first.
FROM python:3.12-slim-bookworm AS build
WORKDIR /app
COPY scripts scripts
COPY requirements requirements
COPY package.json package-lock.json .npmrc ./
COPY gisplan/__init__.py gisplan/variables.py gisplan/
COPY gisplan/environment gisplan/environment
RUN ./scripts/setup

FROM python:3.12-slim-bookworm
RUN useradd --create-home gisplan && install -d -o gisplan /var/lib/gisplan
WORKDIR /app
COPY . .
COPY --from=build /app/.venv .venv
COPY --from=build /app/gisplan/web/static/vendor gisplan/web/static/vendor
ENV PATH=/app/.venv/bin:$PATH GISPLAN_VAR=/var/lib/gisplan PYTHONUNBUFFERED=1
USER gisplan
EXPOSE 8000
CMD ["gunicorn", "gisplan.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--no-control-socket"]
