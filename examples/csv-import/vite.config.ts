import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where the Worker listens while `vite` serves the page with hot reloading. */
const worker = "http://127.0.0.1:8787";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  server: { proxy: { "/agents": { target: worker, ws: true } } },
  build: { target: "es2022" },
});
