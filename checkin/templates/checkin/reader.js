{% load static %}// The kiosk's camera worker: its modules and its WebAssembly, by the names they are served under.
import { serve } from "{% static 'checkin/camera/worker.js' %}";
serve("{% static 'vendor/zxing-wasm/zxing_reader.wasm' %}");
