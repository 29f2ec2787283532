import { compiler } from "../compiler/index.ts";
export const host = compiler;
