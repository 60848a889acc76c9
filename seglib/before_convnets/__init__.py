"""Before convnets: stuff by the texture of its windows, things by a detector and a segmentation inside its box."""
