"""What every HTTP channel needs: requests as values, calls as generators, and one driver that runs them."""
