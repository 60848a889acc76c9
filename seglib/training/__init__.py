"""How the nets and the texture model are trained, scored, and given the parameters of their CRF."""
