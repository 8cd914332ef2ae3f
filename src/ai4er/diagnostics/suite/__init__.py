"""Generated corpora, one file each, that are solved by one mechanism only, and how well they can be solved."""
