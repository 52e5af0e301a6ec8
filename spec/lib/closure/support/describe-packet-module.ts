/** A module of the user's, for specs that import it. */
export const helperFactor = 3;
