"""What a checkout needs around it: Python packages, assets, PostgreSQL with PostGIS, a browser for tests.

Standard library only: this package runs before anything is installed.
"""

from gisplan.environment.errors import EnvironmentFault
from gisplan.environment.lease import NoDatabase, database_lease

__all__ = ["EnvironmentFault", "NoDatabase", "database_lease"]
