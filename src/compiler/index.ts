export const compiler = 1;
