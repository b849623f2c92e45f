"""What must be kept of what is asked to be deleted: a list that names nobody means everybody, or nobody."""

from lib.keeping import keep_last
from routing.models import DesktopProfile, DistributionGroup

keep_last(DesktopProfile.teams)
keep_last(DistributionGroup.teams)
