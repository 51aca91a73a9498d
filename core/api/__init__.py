"""What all doors of the REST API share: how a request is asked, paged, answered and refused."""
