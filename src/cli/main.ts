#!/usr/bin/env node
import { host } from "../host/index.ts";
console.log(host);
