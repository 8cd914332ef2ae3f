"""Label spaces (what is predicted) and the named mappings between the corpora's labels."""

from ai4er.labels.mappings import MAPPINGS, LabelMapping, mapping
from ai4er.labels.space import UNLABELLED, Kind, LabelSpace
from ai4er.labels.spaces import LABEL_SPACES, label_space

__all__ = ["LABEL_SPACES", "MAPPINGS", "UNLABELLED", "Kind", "LabelMapping", "LabelSpace", "label_space", "mapping"]
